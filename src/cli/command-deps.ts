/** What main gives to every command: its access to the system, which tests can replace. */
import { PROGRAM, shellWord } from "../host/program-name.ts";

export interface CommandDeps {
  /** Whether a process holds this lock file (src/db/lock.ts; this folder does not depend on SQLite). */
  readonly lockIsHeld: (path: string) => boolean;
  readonly environment: Record<string, string | undefined>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** The command that starts this program again. */
  readonly program: readonly string[];
}

/** A command of this program as the user would type it, with the data folder as it was given. */
export function commandText(command: string, givenData: string | null): string {
  return `${PROGRAM} ${command}${givenData === null ? "" : ` --data ${shellWord(givenData)}`}`;
}
