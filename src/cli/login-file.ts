/**
 * The file that holds the login of the terminal client. Its token is as good as the password until the login ends, so
 * only the owner may read the file, and the token is in no argument, variable or log.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { done, EXIT, failure, type Failure, type Outcome } from "../host/exit.ts";
import { PROGRAM, shellWord } from "../host/program-name.ts";
import { codeOf, systemFailure } from "../host/system-errors.ts";

/** The content of the file. */
export interface Login {
  /** The name of the user. */
  readonly name: string;
  readonly token: string;
  /** host:port of at least one replica, the preferred one first. */
  readonly servers: readonly string[];
}

/** The path of the file: the given one, else one in the configuration folder of this user. */
export function loginPath(given: string | null, environment: Record<string, string | undefined>): string {
  const config = environment["XDG_CONFIG_HOME"] || join(homedir(), ".config");
  return resolve(given ?? join(config, "lastword", "login.json"));
}

/** Reads the login. Fails if there is none, or if others may read the file. */
export function readLogin(path: string): Outcome<Login> {
  let content: string;
  try {
    if (process.platform !== "win32" && (statSync(path).mode & 0o077) !== 0) {
      return failure(EXIT.folder, `other users can read the login in ${path}`, `run chmod 600 ${shellWord(path)}`);
    }
    content = readFileSync(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return failure(EXIT.failed, "you are not logged in", `run ${PROGRAM} login`);
    return fileFailure(error, path, "read");
  }
  return decode(content) ?? failure(EXIT.folder, `${path} is not a login`, `run ${PROGRAM} login to replace it`);
}

function decode(content: string): Outcome<Login> | null {
  try {
    const { version, name, token, servers } = JSON.parse(content) as Record<string, unknown>;
    if (version !== 1 || typeof name !== "string" || typeof token !== "string") return null;
    if (!Array.isArray(servers) || servers.length === 0) return null;
    if (!servers.every((server) => typeof server === "string")) return null;
    return done({ name, token, servers });
  } catch {
    return null;
  }
}

/** Replaces the file in one step. Null if that succeeded. */
export function writeLogin(path: string, login: Login): Failure | null {
  const temporary = `${path}.${randomBytes(4).toString("hex")}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(temporary, `${JSON.stringify({ version: 1, ...login })}\n`, { mode: 0o600, flag: "wx" });
    renameSync(temporary, path);
    return null;
  } catch (error) {
    rmSync(temporary, { force: true });
    return fileFailure(error, path, "write");
  }
}

/** Removes the file. Null if it is gone. */
export function removeLogin(path: string): Failure | null {
  try {
    rmSync(path, { force: true });
    return null;
  } catch (error) {
    return fileFailure(error, path, "remove");
  }
}

function fileFailure(error: unknown, path: string, verb: string): Failure {
  const change = "choose another file with --login-file";
  return systemFailure(error, { doing: "file", what: `${verb} ${path}`, change, path, exit: EXIT.folder });
}
