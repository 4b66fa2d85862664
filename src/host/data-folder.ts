/** The data folder: one for each cluster, with a folder for each replica. */
import { accessSync, constants, existsSync, mkdirSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { done, EXIT, failure, type Failure, type Outcome } from "./exit.ts";
import { codeOf, systemFailure } from "./system-errors.ts";

/** The data folder if --data is not given. `home` is used if the environment names no folder. */
export function defaultDataFolder(
  environment: Record<string, string | undefined>,
  platform: string = process.platform,
  home: string = homedir(),
): string {
  const set = (name: string): string | null => environment[name] || null;
  if (platform === "darwin") return join(home, "Library", "Application Support", "lastword");
  if (platform === "win32") return join(set("LOCALAPPDATA") ?? join(home, "AppData", "Local"), "lastword");
  return join(set("XDG_DATA_HOME") ?? join(home, ".local", "share"), "lastword");
}

/** The data folder as an absolute path. */
export function dataFolder(option: string | null, environment: Record<string, string | undefined>): string {
  return resolve(option ?? defaultDataFolder(environment));
}

/** The folder of one replica. */
export function replicaFolder(data: string, id: number): string {
  return join(data, `replica-${id}`);
}

/** The file that the process of a replica keeps locked. */
export function lockPath(data: string, id: number): string {
  return join(replicaFolder(data, id), "lock");
}

/**
 * Makes a folder that only its owner may read, and checks that it can be written to. Returns the
 * uppermost folder that had to be made; null if all of them existed.
 */
export function makeFolder(path: string): Outcome<string | null> {
  try {
    const made = mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.W_OK | constants.R_OK | constants.X_OK);
    return done(made ?? null);
  } catch (error) {
    return folderFailure(error, path, "write to");
  }
}

/**
 * Checks that this user may read and write all files in a folder. A start as root leaves files that
 * no other user can open, which SQLite would report as a failing disk.
 */
export function checkFiles(folder: string): Outcome<null> {
  for (const file of readdirSync(folder, { withFileTypes: true })) {
    if (!file.isFile()) continue;
    const path = join(folder, file.name);
    try {
      accessSync(path, constants.R_OK | constants.W_OK);
    } catch (error) {
      return folderFailure(error, path, "write to");
    }
  }
  return done(null);
}

/**
 * Checks that this user may read the folder, for commands that only read. `explicit`: --data was given, so it must
 * exist.
 */
export function checkReadable(data: string, explicit: boolean): Outcome<null> {
  let path = data;
  try {
    const names = readdirSync(data).filter((name) => /^replica-[0-6]$/.test(name));
    for (const name of names) {
      path = join(data, name);
      accessSync(path, constants.R_OK | constants.X_OK);
      path = join(path, "lock");
      if (existsSync(path)) accessSync(path, constants.R_OK);
    }
    return done(null);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") return folderFailure(error, path, "look at");
    if (!explicit || path !== data) return done(null);
    return failure(EXIT.folder, `there is no data folder at ${data}`, "correct --data");
  }
}

function folderFailure(error: unknown, path: string, what: string): Failure {
  const change = "choose another folder with --data";
  return systemFailure(error, { doing: "file", what: `${what} ${path}`, change, path, exit: EXIT.folder });
}
