/**
 * What the system's error codes mean to an operator: for each code what is wrong, what to do, and
 * the exit code. All sentences about such codes come from this table. A code that is not listed is
 * shown as it is, without a guess about its cause.
 */
import { statSync } from "node:fs";
import { EXIT, failure, type ExitCode, type Failure } from "./exit.ts";

/** What the program was doing when the system reported the error. */
export type Doing = "file" | "port" | "program";

interface Row {
  /** Follows "cannot …: ". `{owner}` is replaced by a clause that says whose file it is. */
  readonly means: string;
  /** `{change}` is replaced by {@link Refused.change}. */
  readonly todo: string;
  readonly exit: ExitCode;
}

const { folder, port, storage, limit, failed } = EXIT;

const NOT_YOURS = "give it to this user (chown -R), or {change}";
const NO_RIGHT: Row = { means: "{owner}", todo: NOT_YOURS, exit: folder };
const FULL: Row = { means: "the disk is full", todo: "free some space and start again", exit: storage };
const DISK_FAILS: Row = {
  means: "the disk fails",
  todo: "look for its errors in the system log, and start again when it works",
  exit: storage,
};
const FILES_OF_PROCESS: Row = {
  means: "this process may not open any more files",
  todo: "raise its limit (ulimit -n, or LimitNOFILE= of a systemd unit) and start again",
  exit: limit,
};
const FILES_OF_SYSTEM: Row = {
  means: "this computer may not open any more files",
  todo: "stop the program that opens so many, or raise fs.file-max",
  exit: limit,
};
const NO_MEMORY: Row = { means: "there is not enough memory", todo: "stop other programs or add memory", exit: limit };

const ROWS: Record<Doing, Record<string, Row>> = {
  file: {
    EACCES: NO_RIGHT,
    EPERM: NO_RIGHT,
    EEXIST: {
      means: "that name belongs to something other than a folder: a file, or a link that leads nowhere",
      todo: "remove it, or {change}",
      exit: folder,
    },
    ENOTDIR: {
      means: "a part of the path is a file, not a folder",
      todo: "correct the path, or {change}",
      exit: folder,
    },
    EISDIR: { means: "it is a folder, not a file", todo: "correct the path, or {change}", exit: folder },
    ENOENT: { means: "a part of the path does not exist", todo: "correct the path, or {change}", exit: folder },
    ELOOP: { means: "its links lead in a circle", todo: "correct the links, or {change}", exit: folder },
    ENAMETOOLONG: { means: "the path is too long", todo: "{change}", exit: folder },
    EROFS: { means: "the file system is mounted read-only", todo: "mount it for writing, or {change}", exit: folder },
    ENOSPC: FULL,
    EDQUOT: { means: "the disk quota of this user is used up", todo: "free some space and start again", exit: storage },
    EIO: DISK_FAILS,
    EMFILE: FILES_OF_PROCESS,
    ENFILE: FILES_OF_SYSTEM,
    SQLITE_READONLY: NO_RIGHT,
    SQLITE_PERM: NO_RIGHT,
    SQLITE_CANTOPEN: { means: "it cannot be opened ({owner})", todo: NOT_YOURS, exit: folder },
    SQLITE_BUSY: { means: "another program has it open", todo: "stop that program, then start again", exit: folder },
    SQLITE_LOCKED: { means: "another program has it open", todo: "stop that program, then start again", exit: folder },
    SQLITE_NOTADB: { means: "it is not a file of Lastword", todo: "move it away, or {change}", exit: folder },
    SQLITE_FULL: FULL,
    SQLITE_IOERR: DISK_FAILS,
    SQLITE_PROTOCOL: {
      means: "the file system does not support the locks that SQLite needs",
      todo: "use a disk of this computer: {change}",
      exit: folder,
    },
  },
  port: {
    EACCES: {
      means: "this user may not listen on a port below 1024",
      todo: "{change}, or allow it (AmbientCapabilities=CAP_NET_BIND_SERVICE of a systemd unit)",
      exit: port,
    },
    EPERM: { means: "the system does not allow this user to do so", todo: "{change}", exit: port },
    EADDRINUSE: { means: "it is in use", todo: "stop the program that uses it, or {change}", exit: port },
    EADDRNOTAVAIL: {
      means: "this computer does not have that address",
      todo: "use one that it has (`ip address` lists them): {change}",
      exit: port,
    },
    EAFNOSUPPORT: { means: "this computer has no addresses of that kind", todo: "{change}", exit: port },
    ENOTFOUND: { means: "this computer does not know that name", todo: "correct the name, or {change}", exit: port },
    EAI_AGAIN: { means: "no name server answers", todo: "use an address instead of a name, or {change}", exit: port },
    EMFILE: FILES_OF_PROCESS,
    ENFILE: FILES_OF_SYSTEM,
    ENOMEM: NO_MEMORY,
  },
  program: {
    ENOENT: { means: "the file is missing", todo: "put it back", exit: failed },
    ENOTDIR: { means: "the file is missing", todo: "put it back", exit: failed },
    EACCES: { means: "this user may not run it", todo: "make it executable for this user (chmod)", exit: failed },
    EPERM: { means: "this user may not run it", todo: "make it executable for this user (chmod)", exit: failed },
    ENOEXEC: { means: "it is not a program for this computer", todo: "put the right one there", exit: failed },
    ETXTBSY: { means: "the file is being written", todo: "replace it by renaming a new file over it", exit: failed },
    EAGAIN: { means: "this user may not run any more processes", todo: "raise the limit (ulimit -u)", exit: limit },
    ENOMEM: NO_MEMORY,
    EMFILE: FILES_OF_PROCESS,
    ENFILE: FILES_OF_SYSTEM,
  },
};

/** The code of an error of the system or of SQLite; "unknown error" if it has none. */
export function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === "string" && code !== "" ? code : "unknown error";
}

/** The row of a code. SQLite's extended codes (SQLITE_IOERR_WRITE) use the row of the primary code. */
function rowOf(doing: Doing, code: string): Row | null {
  const rows = ROWS[doing];
  for (let name = code; name.includes("_"); name = name.slice(0, name.lastIndexOf("_"))) {
    const row = rows[name];
    if (row !== undefined) return row;
  }
  return rows[code] ?? null;
}

/** Says who owns the file, if not this user; for a path that does not exist, who owns the nearest existing folder. */
function ownerText(path: string | null): string {
  const self = process.geteuid?.();
  for (let at = path; at !== null && self !== undefined;) {
    try {
      const { uid } = statSync(at);
      if (uid !== self) return `${at === path ? "it" : at} belongs to another user (uid ${uid})`;
      break;
    } catch {
      const above = at.replace(/\/[^/]*$/, "");
      at = above === at || above === "" ? null : above;
    }
  }
  return "this user may not";
}

/** What the system refused. */
export interface Refused {
  readonly doing: Doing;
  /** Follows "cannot ", such as "write to /x". */
  readonly what: string;
  /** What the operator could choose instead, such as "choose another folder with --data". */
  readonly change: string;
  /** The file or folder whose owner may be named. */
  readonly path?: string;
  /** The exit code for an error code without a row. */
  readonly exit: ExitCode;
}

/** The failure for an error of the system, given as an error or as its code. */
export function systemFailure(error: unknown, about: Refused): Failure {
  const code = typeof error === "string" ? error : codeOf(error);
  const row = rowOf(about.doing, code);
  if (row === null) return failure(about.exit, `cannot ${about.what} (${code})`, about.change);
  const means = row.means.replace("{owner}", () => ownerText(about.path ?? null));
  return failure(
    row.exit,
    `cannot ${about.what}: ${means} (${code})`,
    row.todo.replace("{change}", () => about.change),
  );
}
