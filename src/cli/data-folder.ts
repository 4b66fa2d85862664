/** Where the data lives: one folder a cluster, in it one a replica. */
import { accessSync, constants, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { done, EXIT, failure, type Outcome } from "./exit.ts";

/** The data folder when --data is not given; `home` is used where the environment says nothing. */
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

/** The file whose lock says that a process has the replica's folder. */
export function lockPath(data: string, id: number): string {
  return join(replicaFolder(data, id), "lock");
}

/** Makes a folder that only its owner may read, and checks that it can be written to. */
export function makeFolder(path: string): Outcome<null> {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.W_OK | constants.R_OK | constants.X_OK);
    return done(null);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    return failure(
      EXIT.folder,
      `cannot write to ${path} (${code})`,
      "make it writable for this user, or choose another folder with --data",
    );
  }
}
