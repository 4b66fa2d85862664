/** How this program was started, so that a user can type the commands that it suggests. */

/** What the system says about a process. */
export interface Started {
  /** False if the program runs from its sources. */
  readonly standalone: boolean;
  /** The first word of its command line: a path, or a name that the shell found. */
  readonly argv0: string;
  /** The executable. */
  readonly execPath: string;
  /** The file that a shell would run for a name; null if there is none. */
  readonly which: (name: string) => string | null;
}

/**
 * The word that starts the program again: the one that was typed, if it still works, else the path. Quoted for a shell.
 */
export function programName({ standalone, argv0, execPath, which }: Started): string {
  if (!standalone) return "lastword";
  return shellWord(which(argv0) === null ? execPath : argv0);
}

/** The text quoted as one word for a shell, if it needs quotes. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_./~+:@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** The word that starts this program again. */
export const PROGRAM = programName({
  standalone: Bun.isStandaloneExecutable,
  argv0: process.argv0,
  execPath: process.execPath,
  which: Bun.which,
});
