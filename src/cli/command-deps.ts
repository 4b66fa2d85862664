/** What every command gets from main: the world, in words that tests can replace. */
import { PROGRAM, shellWord } from "../host/program-name.ts";

export interface CommandDeps {
  /** True while a process holds this lock file (src/db/lock.ts; this room does not know SQLite). */
  readonly lockIsHeld: (path: string) => boolean;
  readonly environment: Record<string, string | undefined>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** The words that start this program again. */
  readonly program: readonly string[];
}

/** A command of this program as a person would type it, with the data folder that she gave. */
export function commandText(command: string, givenData: string | null): string {
  return `${PROGRAM} ${command}${givenData === null ? "" : ` --data ${shellWord(givenData)}`}`;
}
