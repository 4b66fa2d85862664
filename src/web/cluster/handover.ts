/**
 * Hand-over tokens: how a page that moves to a replica under another host name stays logged
 * in, although the cookie stays behind. A page collects them while its replica lives, because
 * a dead one can give nothing. A token is the login itself, sealed with a key of the cluster
 * for one replica, so it is the same login everywhere and ends everywhere at once.
 *
 * One-time: it opens at the replica it names and nowhere else, which remembers what it has
 * opened until it would be too old, and takes none that is older than its own start.
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

/**
 * From making to use, ms. A page renews its tokens every 10 s; the rest covers noticing a frozen replica, looking for
 * another, and loading its page.
 */
export const HANDOVER_MS = 20_000;

const IV_BYTES = 12;
const TAG_BYTES = 16;
const TIME_BYTES = 8;
const LOGIN = /^[A-Za-z0-9_-]{43}$/;
const SEALED = /^[A-Za-z0-9_-]{106}$/;
/** Opened tokens that are remembered; beyond, none is opened until some are too old. */
const OPENED_MAX = 10_000;

export interface HandoverDeps {
  /** 32 bytes that all replicas of the cluster know and nobody else. */
  readonly key: Uint8Array;
  /** Origin of this replica's page, as the others name it. */
  readonly self: string;
  /**
   * What the wall clock shows now of the replica whose page is at `origin`, ms since 1970, as far as this one knows.
   * A token is dated by the clock of the replica that will open it, so the two need not agree.
   */
  readonly wallMsAt: (origin: string) => number;
  /** Monotonic ms. */
  readonly nowMs: () => number;
}

/** Makes tokens for the others and opens those made for this replica. */
export class Handover {
  readonly #deps: HandoverDeps;
  /** As browsers write it: without the port that goes without saying. */
  readonly #self: string;
  readonly #startedMs: number;
  /** By the token's random part: when it may be forgotten, monotonic ms. */
  readonly #opened = new Map<string, number>();

  constructor(deps: HandoverDeps) {
    this.#deps = deps;
    this.#self = new URL(deps.self).origin;
    this.#startedMs = deps.nowMs();
  }

  /** The login `token`, for one use at the replica whose page is at `origin`. */
  seal(token: string, origin: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.#deps.key, iv);
    cipher.setAAD(Buffer.from(new URL(origin).origin));
    const time = Buffer.alloc(TIME_BYTES);
    time.writeBigUInt64BE(BigInt(Math.max(0, Math.floor(this.#deps.wallMsAt(origin)))));
    const sealed = Buffer.concat([cipher.update(time), cipher.update(token, "ascii"), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString("base64url");
  }

  /** The login inside; null if it is not for this replica, too old, or was opened before. */
  open(text: string): string | null {
    if (!SEALED.test(text)) return null;
    const bytes = Buffer.from(text, "base64url");
    const inside = this.#decrypt(bytes);
    if (inside === null) return null;
    const ageMs = Math.floor(this.#deps.wallMsAt(this.#self)) - Number(inside.readBigUInt64BE(0));
    const token = inside.subarray(TIME_BYTES).toString("ascii");
    const now = this.#deps.nowMs();
    if (!LOGIN.test(token) || Math.abs(ageMs) > HANDOVER_MS || ageMs > now - this.#startedMs) return null;
    // By its bytes, not by its text: the last letter of base64 has spare bits.
    const id = bytes.subarray(0, IV_BYTES).toString("hex");
    this.#forget(now);
    if (this.#opened.has(id) || this.#opened.size >= OPENED_MAX) return null;
    // Twice as long as it can be good, so that no jump of a clock makes it good again.
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
      // Another cluster's, another replica's, or nobody's.
      return null;
    }
  }

  #forget(now: number): void {
    // Noted in the order in which they may go.
    for (const [id, until] of this.#opened) {
      if (until >= now) break;
      this.#opened.delete(id);
    }
  }
}

/** The addresses at which a replica's page may be open in a browser, besides the one that it announces. */
export interface Door {
  /** Origin that it announces. */
  readonly web: string;
  /** Origin of the address that it shares with others of its host; null if it has none. */
  readonly front: string | null;
  /** Further names of its host, as URLs have them: of its certificate (with * for one label), and its network addresses. */
  readonly names: readonly string[];
}

function isNamed(hostname: string, name: string): boolean {
  return name === hostname || (name.startsWith("*.") && name.slice(1) === hostname.slice(hostname.indexOf(".")));
}

/**
 * True if `origin` is an address of that replica. Only what the replica itself vouches for: a name that merely
 * points to it may be anybody's, and his page could send visitors on with a login of his own.
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
