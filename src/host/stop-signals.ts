/**
 * Ctrl-C and SIGTERM. The first one stops gracefully, within a bound. A terminal, a shell
 * and a supervisor may all pass on the same Ctrl-C, so a second one within a second is
 * taken as the same; one after that ends the process at once.
 */
import { EXIT } from "./exit.ts";

const SAME_SIGNAL_MS = 1000;
const STOP_BOUND_MS = 5000;

export interface StopSignalDeps {
  /** Must end all of it; what takes longer than 5 s is cut off. */
  readonly stop: () => Promise<void>;
  /** Ends the process. */
  readonly exit: (code: number) => void;
  readonly onSignal: (signal: string) => void;
  readonly now?: () => number;
}

/** Answers the handler for the signals; the caller puts it in place. */
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
    // What is on the disk is right at any moment: leaving late would only be impolite.
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
