/**
 * Ctrl-C and SIGTERM. The first signal stops the process gracefully, within 5 s. A terminal, a shell
 * and a supervisor may all pass on the same Ctrl-C, so a second signal within a second counts as the
 * same one. A later signal ends the process at once.
 */
import { EXIT } from "./exit.ts";

const SAME_SIGNAL_MS = 1000;
const STOP_BOUND_MS = 5000;

/** What {@link stopSignals} needs. */
export interface StopSignalDeps {
  /** Stops everything. The process ends after 5 s even if this has not finished. */
  readonly stop: () => Promise<void>;
  /** Ends the process. */
  readonly exit: (code: number) => void;
  readonly onSignal: (signal: string) => void;
  /** Test seam: monotonic ms. */
  readonly now?: () => number;
}

/** Returns the handler for the signals; the caller installs it. */
export function stopSignals(deps: StopSignalDeps): (signal: string) => void {
  const now = deps.now ?? (() => performance.now());
  let firstAt: number | null = null;
  return (signal) => {
    deps.onSignal(signal);
    if (firstAt !== null) {
      if (now() - firstAt > SAME_SIGNAL_MS) deps.exit(EXIT.failed);
      return;
    }
    firstAt = now();
    // The disk is consistent at any moment, so nothing is lost if the replica does not finish leaving the cluster.
    const bound = setTimeout(() => deps.exit(EXIT.done), STOP_BOUND_MS);
    deps.stop().then(
      () => {
        clearTimeout(bound);
        deps.exit(EXIT.done);
      },
      () => deps.exit(EXIT.invariant),
    );
  };
}
