/**
 * Hand-over tokens keep a page logged in that moves to a replica under another host name, where the browser does not
 * send the cookie. A page collects tokens while its replica is alive, because a dead one cannot answer. A token is the
 * login itself, sealed for one replica with a key of the cluster, so it is the same login everywhere and ends
 * everywhere at once.
 *
 * A token can be used once, at the replica that it names. That replica remembers opened tokens until they are too old,
 * and accepts none that is older than its own start.
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

/**
 * The life of a token, in ms. A page renews its tokens every 10 s. The rest is the time to notice a frozen replica, to
 * look for another one, and to load its page.
 */
export const HANDOVER_MS = 20_000;

const IV_BYTES = 12;
const TAG_BYTES = 16;
const TIME_BYTES = 8;
const LOGIN = /^[A-Za-z0-9_-]{43}$/;
const SEALED = /^[A-Za-z0-9_-]{106}$/;
/** The most opened tokens that are remembered. With that many, no token is opened until some are too old. */
const OPENED_MAX = 10_000;

export interface HandoverDeps {
  /** 32 bytes that only the replicas of the cluster know. */
  readonly key: Uint8Array;
  /** Origin of this replica's page, as the others write it. */
  readonly self: string;
  /**
   * The wall clock of the replica whose page is at `origin`, as far as this one knows it, in ms since 1970. A token is
   * dated by the clock of the replica that will open it, so the two clocks need not agree.
   */
  readonly wallMsAt: (origin: string) => number;
  /** Monotonic ms. */
  readonly nowMs: () => number;
}

/** Makes tokens for the others and opens those made for this replica. */
export class Handover {
  readonly #deps: HandoverDeps;
  /** As browsers write it: without the default port. */
  readonly #self: string;
  readonly #startedMs: number;
  /** When an opened token may be forgotten, in monotonic ms, by the token's random part. */
  readonly #opened = new Map<string, number>();

  constructor(deps: HandoverDeps) {
    this.#deps = deps;
    this.#self = new URL(deps.self).origin;
    this.#startedMs = deps.nowMs();
  }

  /** Seals the login `token` for one use at the replica whose page is at `origin`. */
  seal(token: string, origin: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.#deps.key, iv);
    cipher.setAAD(Buffer.from(new URL(origin).origin));
    const time = Buffer.alloc(TIME_BYTES);
    time.writeBigUInt64BE(BigInt(Math.max(0, Math.floor(this.#deps.wallMsAt(origin)))));
    const sealed = Buffer.concat([cipher.update(time), cipher.update(token, "ascii"), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString("base64url");
  }

  /** The login in a hand-over token; null if it is for another replica, too old, or was opened before. */
  open(text: string): string | null {
    if (!SEALED.test(text)) return null;
    const bytes = Buffer.from(text, "base64url");
    const inside = this.#decrypt(bytes);
    if (inside === null) return null;
    const ageMs = Math.floor(this.#deps.wallMsAt(this.#self)) - Number(inside.readBigUInt64BE(0));
    const token = inside.subarray(TIME_BYTES).toString("ascii");
    const now = this.#deps.nowMs();
    if (!LOGIN.test(token) || Math.abs(ageMs) > HANDOVER_MS || ageMs > now - this.#startedMs) return null;
    // Compared by bytes, because the last letter of base64 has spare bits: one token has several spellings.
    const id = bytes.subarray(0, IV_BYTES).toString("hex");
    this.#forget(now);
    if (this.#opened.has(id) || this.#opened.size >= OPENED_MAX) return null;
    // Remembered for twice its life, so that no jump of a clock makes it valid again.
    this.#opened.set(id, now + 2 * HANDOVER_MS);
    return token;
  }

  #decrypt(bytes: Buffer): Buffer | null {
    try {
      const decipher = createDecipheriv("aes-256-gcm", this.#deps.key, bytes.subarray(0, IV_BYTES));
      decipher.setAAD(Buffer.from(this.#self));
      decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
    } catch {
      // It was made for another cluster or replica, or is not a token.
      return null;
    }
  }

  #forget(now: number): void {
    // The map is in the order in which tokens may be forgotten.
    for (const [id, until] of this.#opened) {
      if (until >= now) break;
      this.#opened.delete(id);
    }
  }
}

/** All addresses at which a replica's page may be open in a browser. */
export interface Door {
  /** Origin that it announces. */
  readonly web: string;
  /** Origin of the address that it shares with others of its host; null if it has none. */
  readonly front: string | null;
  /**
   * Further names of its host, as URLs have them: of its certificate (with * for one label), and its network addresses.
   */
  readonly names: readonly string[];
}

function isNamed(hostname: string, name: string): boolean {
  return name === hostname || (name.startsWith("*.") && name.slice(1) === hostname.slice(hostname.indexOf(".")));
}

/**
 * True if `origin` is an address of that replica. Only names that the replica itself vouches for count: anybody can let
 * a name point to it, and a page there could send visitors here with a login of its owner.
 */
export function isDoorOf(door: Door, origin: string): boolean {
  const from = new URL(origin);
  return [door.web, ...(door.front === null ? [] : [door.front])].some((one) => {
    if (!URL.canParse(one)) return false;
    const url = new URL(one);
    if (url.protocol !== from.protocol || url.port !== from.port) return false;
    return url.hostname === from.hostname || door.names.some((name) => isNamed(from.hostname, name));
  });
}
