/**
 * Ops of this replica on their way into the log. Pure, like the core. An op waits here
 * from the moment it is proposed until it comes back out of this replica's own apply; in
 * between it is sent to whoever leads, again after every change of leadership. Sending
 * twice is safe: apply answers a repeated op with the first one's result. Ops of a branch
 * that lost a merge (the fork queue) take the same way, until they are seen applied.
 */
import { APPEND_ENTRIES_MAX } from "../frame.ts";

/** Ops waiting here at most: beyond it `add` refuses. */
const WAITING_MAX = 8_192;
/** Bytes waiting here at most. */
const WAITING_BYTES_MAX = 16 * 1024 * 1024;
/** Bytes handed over in one frame at most (one op may exceed it alone). */
const FRAME_BYTES_MAX = 1024 * 1024;
/** Before the keys of ops from the fork queue. */
const FORKED = "forked ";
/** An op not seen applied for this long is sent again: its frame may have been lost. Doubles each time. */
const RESEND_MS = 2_000;
/** A leader that took nothing for long, its disk full, is asked again this soon after it takes again. */
const RESEND_MS_MAX = 16_000;

/** A wait that ended without seeing the op applied. Not `definite`: it may yet come out of apply. */
export interface Expired {
  readonly key: string;
  readonly definite: boolean;
}

/** Ops to hand over, and under which key apply will report each. */
export interface Handed {
  readonly ops: readonly Uint8Array[];
  readonly keys: readonly string[];
}

/** Those ops for which `kept` is true, with their keys; `handed` itself, uncopied, if that is all of them. */
export function onlyKept(handed: Handed, kept: readonly boolean[]): Handed {
  if (!kept.includes(false)) return handed;
  return { ops: handed.ops.filter((_, i) => kept[i]), keys: handed.keys.filter((_, i) => kept[i]) };
}

interface Waiting {
  /** Its own here. */
  readonly key: string;
  /** Under which apply will report it. */
  readonly opKey: string;
  readonly op: Uint8Array;
  readonly deadline: number;
  /** Its row in the fork queue; null for an op of a caller. */
  readonly forkId: number | null;
  /** Handed to some leader at least once: a failure is then unknown, not definite. */
  handedOver: boolean;
  /** Null while it is among the unsent. */
  sentAt: number | null;
  resendMs: number;
}

/** Queue of one replica's proposals. */
export class Proposals {
  readonly #waiting = new Map<string, Waiting>();
  /** To send, in the order they were proposed; may hold ops settled meanwhile. */
  #unsent: Waiting[] = [];
  #bytes = 0;
  #forked = 0;
  #sentTo: string | null = null;

  get size(): number {
    return this.#waiting.size;
  }

  /**
   * Takes an op in; false if the queue is full (definite: it was not proposed). The same key
   * proposed twice waits once. `deadline` is on the caller's monotonic clock, ms.
   */
  add(key: string, op: Uint8Array, deadline: number): boolean {
    if (this.#waiting.has(key)) return true;
    if (this.#waiting.size >= WAITING_MAX || this.#bytes + op.length > WAITING_BYTES_MAX) return false;
    this.#insert({ key, opKey: key, op, deadline, forkId: null, handedOver: false, sentAt: null, resendMs: RESEND_MS });
    return true;
  }

  /** Takes an op of the fork queue in; it waits until it is applied. The caller bounds how many (forkedWaiting). */
  addForked(forkId: number, key: string, op: Uint8Array): void {
    // A key of its own: a caller may wait for the same op, and only this copy may settle the queue's row.
    const entry = {
      key: `${FORKED}${key}`,
      opKey: key,
      op,
      deadline: Number.POSITIVE_INFINITY,
      forkId,
      handedOver: false,
      sentAt: null,
      resendMs: RESEND_MS,
    };
    if (!this.#waiting.has(entry.key)) this.#insert(entry);
  }

  /** The ops of the fork queue wait there alone again. */
  forgetForked(): void {
    for (const entry of this.#waiting.values()) if (entry.forkId !== null) this.#remove(entry);
  }

  /** Ops of the fork queue that wait here. */
  get forkedWaiting(): number {
    return this.#forked;
  }

  /**
   * The op came out of apply: ends its callers' wait and, if it was the copy that a merge brought
   * back (`recovered`), that of the fork queue. A caller's own repeat may have been refused where
   * the recovered copy would be kept, so it does not count for the queue.
   */
  applied(key: string, recovered = true): { readonly waited: boolean; readonly forkId: number | null } {
    const entry = this.#waiting.get(key);
    if (entry !== undefined) this.#remove(entry);
    const forked = recovered ? this.#waiting.get(`${FORKED}${key}`) : undefined;
    if (forked !== undefined) this.#remove(forked);
    return { waited: entry !== undefined, forkId: forked?.forkId ?? null };
  }

  /** Names the leadership that ops go to; if it changed, everything unsettled is sent again, in the old order. */
  retarget(leadershipKey: string | null): void {
    if (leadershipKey === this.#sentTo) return;
    this.#sentTo = leadershipKey;
    this.#unsent = [...this.#waiting.values()];
  }

  /** Nothing is waiting to be sent. */
  idle(): boolean {
    return this.#unsent.length === 0;
  }

  /** Next ops for the leader: at most APPEND_ENTRIES_MAX and about 1 MiB; empty when all are sent. */
  take(now: number): Handed {
    const ops: Uint8Array[] = [];
    const keys: string[] = [];
    let bytes = 0;
    let taken = 0;
    for (const entry of this.#unsent) {
      const settled = this.#waiting.get(entry.key) !== entry;
      if (!settled && ops.length > 0 && (ops.length >= APPEND_ENTRIES_MAX || bytes + entry.op.length > FRAME_BYTES_MAX))
        break;
      taken++;
      if (settled) continue;
      ops.push(entry.op);
      keys.push(entry.opKey);
      bytes += entry.op.length;
      entry.handedOver = true;
      entry.sentAt = now;
    }
    this.#unsent = taken === this.#unsent.length ? [] : this.#unsent.slice(taken);
    return { ops, keys };
  }

  /** Called per tick: ends waits past their deadline, and sends again what may have been lost. */
  tick(now: number): Expired[] {
    const expired: Expired[] = [];
    const resend: Waiting[] = [];
    for (const entry of this.#waiting.values()) {
      if (now >= entry.deadline) {
        this.#remove(entry);
        expired.push({ key: entry.key, definite: !entry.handedOver });
      } else if (entry.sentAt !== null && now - entry.sentAt >= entry.resendMs) {
        entry.resendMs = Math.min(entry.resendMs * 2, RESEND_MS_MAX);
        entry.sentAt = null;
        resend.push(entry);
      }
    }
    if (resend.length > 0) this.#unsent = [...resend, ...this.#unsent];
    return expired;
  }

  #insert(entry: Waiting): void {
    this.#waiting.set(entry.key, entry);
    this.#unsent.push(entry);
    this.#bytes += entry.op.length;
    if (entry.forkId !== null) this.#forked++;
  }

  #remove(entry: Waiting): void {
    this.#waiting.delete(entry.key);
    this.#bytes -= entry.op.length;
    if (entry.forkId !== null) this.#forked--;
  }
}
