/**
 * Exit codes, and the one line that a failed command prints on stderr. Scripts rely on
 * both, so a code never changes its meaning.
 */

/** The exit codes of the process. */
export const EXIT = {
  done: 0,
  /** A violation was found, the cluster is not writable, or a command could not do its work. */
  failed: 1,
  /** A bad option or value. */
  usage: 2,
  /** The data folder is locked or missing, or belongs to another user; also a fourth copy, or a second `up`. */
  folder: 3,
  /** A port is in use. */
  port: 4,
  /** The cluster key, mode, peer list or version does not match. */
  mismatch: 5,
  /** The storage is damaged, or the disk is full. */
  storage: 6,
  /** A limit of the system is too low: open files, processes, memory. */
  limit: 7,
  /** It is not known whether the change was made. The same request with the same client id finds out. */
  unknown: 8,
  /** A broken invariant: a bug of this program. */
  invariant: 70,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The failure of a command. It is a value, and is never thrown between rooms. */
export interface Failure {
  readonly ok: false;
  readonly exit: ExitCode;
  /** What is wrong, without a full stop. */
  readonly what: string;
  /** What the person can do about it. */
  readonly todo: string;
}

/** A value, or the failure to get one. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | Failure;

/** A success. */
export function done<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

/** A failure with its exit code. */
export function failure(exit: ExitCode, what: string, todo: string): Failure {
  return { ok: false, exit, what, todo };
}

/** `lastword: <what>; <what to do>`, always one line. */
export function failureLine(failed: Pick<Failure, "what" | "todo">): string {
  const line = `lastword: ${failed.what}; ${failed.todo}`;
  // A path or a message of the system may contain line breaks, but scripts expect one line.
  // oxlint-disable-next-line no-control-regex
  return `${line.replaceAll(/[\u0000-\u001f\u007f]+/g, " ")}\n`;
}
