/** What the process gives to the replica that it runs, and what the replica reports to the process. */
import type { DemoLink } from "../host/demo-channel.ts";
import type { Logger } from "../host/logger.ts";
import type { Settings } from "../cli/settings.ts";

export interface ReplicaContext {
  readonly id: number;
  readonly settings: Settings;
  readonly logger: Logger;
  /** Process id of `lastword up`; null if something else started this replica. */
  readonly supervisor: number | null;
  /** The channel to `lastword demo`, if that started this replica. */
  readonly demo: DemoLink;
  /** The words of the command line, for run.json. */
  readonly words: readonly string[];
  /** Reports that the store was damaged: its files are in the folder `kept` now, and an empty store has replaced it. */
  readonly onDamage: (reason: string, kept: string) => void;
  /** Reports an error after which the process cannot continue. */
  readonly onFatal: (error: unknown) => void;
  /** Reports that this replica does not belong to this cluster: prints one line and ends with exit code 5. */
  readonly onMismatch: (what: string, todo: string) => void;
  /** Prints a line for the terminal. */
  readonly say: (line: string) => void;
}
