/** What one replica is told by the process that runs it, and what it tells that process. */
import type { Logger } from "../host/logger.ts";
import type { Settings } from "../cli/settings.ts";

export interface ReplicaContext {
  readonly id: number;
  readonly settings: Settings;
  readonly logger: Logger;
  /** Process id of `lastword up`, if that started it. */
  readonly supervisor: number | null;
  /** The words of the command line, for run.json. */
  readonly words: readonly string[];
  /** The store was damaged; its files are in the folder `kept`, an empty one took its place. */
  readonly onDamage: (reason: string, kept: string) => void;
  /** The process cannot go on. */
  readonly onFatal: (error: unknown) => void;
  /** This replica does not belong here: says so in one line and ends with exit code 5. */
  readonly onMismatch: (what: string, todo: string) => void;
  readonly say: (line: string) => void;
}
