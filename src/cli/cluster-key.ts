/**
 * The cluster's key: what the replicas of one cluster share, and what proves to one that
 * another belongs. The file also names the replica that created it, which alone may write
 * the first view, and the cluster's modes, so that a copy that is started with others is
 * stopped before it touches anything.
 */
import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { done, EXIT, failure, type Outcome } from "./exit.ts";

/** Bytes of the secret. */
export const KEY_BYTES = 32;

/** What the file says. */
export interface ClusterKey {
  readonly secret: Uint8Array;
  readonly creator: { readonly replicaId: number; readonly storeId: string };
  readonly consistency: "available" | "strict";
  readonly recovery: "wait" | "majority" | "any";
}

/** Where the key is if --cluster-key is not given. */
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
    if (consistency !== "available" && consistency !== "strict") return null;
    if (recovery !== "wait" && recovery !== "majority" && recovery !== "any") return null;
    return { secret: bytes, creator: { replicaId: replicaId as number, storeId }, consistency, recovery };
  } catch {
    return null;
  }
}

/** Reads the key; null if there is none. */
export function readClusterKey(path: string): Outcome<ClusterKey | null> {
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    if (code === "ENOENT") return done(null);
    return failure(EXIT.folder, `cannot read the cluster key ${path} (${code})`, "make it readable for this user");
  }
  const key = decode(content);
  if (key !== null) return done(key);
  return failure(
    EXIT.mismatch,
    `${path} is not a cluster key`,
    "put back the key of this cluster, or choose another folder with --data",
  );
}

/**
 * Creates the key unless there is one already, and answers the one that counts. The file
 * appears whole or not at all: of several replicas that start at once one wins, and the
 * others read its key.
 */
export function createClusterKey(path: string, wanted: Omit<ClusterKey, "secret">): Outcome<ClusterKey> {
  const key: ClusterKey = { ...wanted, secret: new Uint8Array(randomBytes(KEY_BYTES)) };
  const temporary = join(dirname(path), `.cluster.key-${process.pid}-${randomBytes(4).toString("hex")}`);
  try {
    const file = openSync(temporary, "wx", 0o600);
    try {
      writeSync(file, encode(key));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    linkSync(temporary, path);
    const folder = openSync(dirname(path), "r");
    fsyncSync(folder);
    closeSync(folder);
    return done(key);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    if (code !== "EEXIST") {
      return failure(EXIT.folder, `cannot write ${path} (${code})`, "make its folder writable for this user");
    }
  } finally {
    rmSync(temporary, { force: true });
  }
  const existing = readClusterKey(path);
  if (!existing.ok) return existing;
  if (existing.value !== null) return done(existing.value);
  return failure(EXIT.folder, `${path} vanished while it was read`, "start again");
}

/** A token that proves knowledge of the key to this cluster's own replicas, for one purpose. */
export function clusterToken(secret: Uint8Array, purpose: string): string {
  return new Bun.CryptoHasher("sha256", secret).update(`lastword-token|${purpose}`).digest("base64url");
}
