/**
 * The cluster key: a secret that the replicas of a cluster share, and with which they prove to each
 * other that they belong to it. The file also names the store that created it, because only that one
 * may write the first view, and the cluster's modes, so that a replica that is started with other
 * modes ends before it changes anything.
 */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { CONSISTENCIES, RECOVERIES, type Consistency, type Recovery } from "../base/modes.ts";
import { done, EXIT, failure, type Outcome } from "./exit.ts";
import { codeOf, systemFailure } from "./system-errors.ts";

/** Length of the secret, in bytes. */
const KEY_BYTES = 32;

/** The content of the file. */
export interface ClusterKey {
  readonly secret: Uint8Array;
  readonly creator: { readonly replicaId: number; readonly storeId: string };
  readonly consistency: Consistency;
  readonly recovery: Recovery;
}

/** The path of the key if --cluster-key is not given. */
export function defaultKeyPath(data: string): string {
  return join(data, "cluster.key");
}

function encode(key: ClusterKey): string {
  return `${JSON.stringify({ version: 1, ...key, secret: Buffer.from(key.secret).toString("base64url") })}\n`;
}

function decode(content: string): ClusterKey | null {
  try {
    const read: unknown = JSON.parse(content);
    const { version, secret, creator, consistency, recovery } = read as Record<string, unknown>;
    const { replicaId, storeId } = creator as Record<string, unknown>;
    const bytes = new Uint8Array(Buffer.from(String(secret), "base64url"));
    if (version !== 1 || bytes.length !== KEY_BYTES) return null;
    if (!Number.isInteger(replicaId) || typeof storeId !== "string") return null;
    if (!CONSISTENCIES.includes(consistency as Consistency) || !RECOVERIES.includes(recovery as Recovery)) return null;
    return {
      secret: bytes,
      creator: { replicaId: replicaId as number, storeId },
      consistency: consistency as Consistency,
      recovery: recovery as Recovery,
    };
  } catch {
    return null;
  }
}

/** Reads the key; null if there is no file. Fails if the file cannot be read or is no cluster key. */
export function readClusterKey(path: string): Outcome<ClusterKey | null> {
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return done(null);
    const change = "choose another file with --cluster-key";
    return systemFailure(error, {
      doing: "file",
      what: `read the cluster key ${path}`,
      change,
      path,
      exit: EXIT.folder,
    });
  }
  const key = decode(content);
  if (key !== null) return done(key);
  return failure(
    EXIT.mismatch,
    `${path} is not a cluster key`,
    "put back the key of this cluster, or choose another folder with --data",
  );
}

/** The error codes of file systems without hard links (exFAT, SMB, some mounts in containers). */
const NO_LINKS: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EACCES", "EMLINK"]);
/** How long another replica may take to write the key on a file system without hard links. */
const OTHER_WRITES_MS = 2000;
const LOOK_AGAIN_MS = 20;

/**
 * Creates the key unless there is one already, and returns the key in the file. The file appears
 * whole or not at all: if several replicas start at the same time, one creates it and the others
 * read it. Fails if the file can be neither written nor read. `link` is a test seam.
 */
export function createClusterKey(
  path: string,
  wanted: Omit<ClusterKey, "secret">,
  link: (from: string, to: string) => void = linkSync,
): Outcome<ClusterKey> {
  const key: ClusterKey = { ...wanted, secret: new Uint8Array(randomBytes(KEY_BYTES)) };
  const temporary = join(dirname(path), `.cluster.key-${process.pid}-${randomBytes(4).toString("hex")}`);
  try {
    writeWhole(temporary, encode(key));
    try {
      link(temporary, path);
    } catch (error) {
      if (!NO_LINKS.has(codeOf(error))) throw error;
      return createWithoutLinks(path, key);
    }
    fsyncFolderOf(path);
    return done(key);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") return notWritten(path, error);
  } finally {
    rmSync(temporary, { force: true });
  }
  return existingKey(path);
}

/**
 * The same without hard links. Only the process that created `<path>.new` may rename it, and before that it
 * checks whether the key exists by now. Thus there is one winner, and the key appears whole.
 */
function createWithoutLinks(path: string, key: ClusterKey): Outcome<ClusterKey> {
  const making = `${path}.new`;
  const end = performance.now() + OTHER_WRITES_MS;
  for (;;) {
    if (existsSync(path)) return existingKey(path);
    try {
      writeWhole(making, encode(key));
      break;
    } catch (error) {
      if (codeOf(error) !== "EEXIST") return notWritten(path, error);
    }
    if (performance.now() >= end) {
      return failure(
        EXIT.folder,
        `${making} is left over from a start that was broken off`,
        "remove it and start again",
      );
    }
    Bun.sleepSync(LOOK_AGAIN_MS);
  }
  try {
    if (existsSync(path)) {
      rmSync(making);
      return existingKey(path);
    }
    renameSync(making, path);
    fsyncFolderOf(path);
    return done(key);
  } catch (error) {
    return notWritten(path, error);
  }
}

/** Creates a file that must not exist, durably. */
function writeWhole(path: string, content: string): void {
  const file = openSync(path, "wx", 0o600);
  try {
    writeSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function fsyncFolderOf(path: string): void {
  const folder = openSync(dirname(path), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function notWritten(path: string, error: unknown): Outcome<never> {
  const change = "choose another file with --cluster-key";
  return systemFailure(error, {
    doing: "file",
    what: `write the cluster key ${path}`,
    change,
    path: dirname(path),
    exit: EXIT.folder,
  });
}

function existingKey(path: string): Outcome<ClusterKey> {
  const existing = readClusterKey(path);
  if (!existing.ok) return existing;
  if (existing.value !== null) return done(existing.value);
  return failure(EXIT.folder, `${path} vanished while it was read`, "start again");
}

/** A token that proves knowledge of the key to replicas of this cluster, valid for one purpose. */
export function clusterToken(secret: Uint8Array, purpose: string): string {
  return new Bun.CryptoHasher("sha256", secret).update(`lastword-token|${purpose}`).digest("base64url");
}

/**
 * Six letters or digits that distinguish this cluster in the names of cookies and browser storage. They are no secret.
 */
export function clusterMark(secret: Uint8Array): string {
  const token = new Bun.CryptoHasher("sha256", secret).update("lastword-token|browser").digest("base64");
  return token.replaceAll(/[^A-Za-z0-9]/g, "").slice(0, 6);
}
