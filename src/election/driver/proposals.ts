/**
 * The ops of this replica on their way into the log. Pure, like the core. An op waits here from the
 * moment it is proposed until this replica has applied it. Meanwhile it is sent to the leader, and
 * again after every change of leadership. Sending it twice is safe, because apply answers a repeated
 * op with the first result. Ops in the fork queue of a lost branch take the same way.
 */
import { APPEND_ENTRIES_MAX } from "../frame.ts";

/** Maximum number of ops that wait here; `add` refuses more. */
const WAITING_MAX = 8_192;
/** Maximum number of bytes that wait here. */
const WAITING_BYTES_MAX = 16 * 1024 * 1024;
/** Maximum number of bytes sent in one frame (a single op may exceed it). */
const FRAME_BYTES_MAX = 1024 * 1024;
/** Prefix of the keys of ops from the fork queue. */
const FORKED = "forked ";
/**
 * An op that was not applied within this time is sent again, because its frame may have been lost. Doubles each time.
 */
const RESEND_MS = 2_000;
/**
 * Upper bound of that time, so that a leader whose disk was full for long gets the ops soon after it has room again.
 */
const RESEND_MS_MAX = 16_000;

/** A wait that ended before the op was applied. Unless `definite`, the op may still be applied later. */
export interface Expired {
  readonly key: string;
  readonly definite: boolean;
}

/** What an applied op has settled here. */
export interface Settled {
  /** A caller waited for it. */
  readonly waited: boolean;
  /** It was sent to a leader more than once, so another copy of it may still be applied. */
  readonly sentAgain: boolean;
  /** Its id in the fork queue, if it was the copy of a lost branch. */
  readonly forkId: number | null;
}

/** Ops to send to the leader, and the key under which apply will report each. */
export interface Handed {
  readonly ops: readonly Uint8Array[];
  readonly keys: readonly string[];
}

/** The ops for which `kept` is true, with their keys; `handed` itself if that is all of them. */
export function onlyKept(handed: Handed, kept: readonly boolean[]): Handed {
  if (!kept.includes(false)) return handed;
  return { ops: handed.ops.filter((_, i) => kept[i]), keys: handed.keys.filter((_, i) => kept[i]) };
}

interface Waiting {
  /** Unique among the waiting ops. */
  readonly key: string;
  /** The key under which apply will report it. */
  readonly opKey: string;
  readonly op: Uint8Array;
  readonly deadline: number;
  /** Its id in the fork queue; null for an op of a caller. */
  readonly forkId: number | null;
  /**
   * How often it was sent to a leader. After the first time the outcome of a failure is unknown and not definite; after
   * the second, that of a refusal too.
   */
  handedOver: number;
  /** When it was sent last, monotonic ms; null while it is among the unsent. */
  sentAt: number | null;
  resendMs: number;
}

/** The queue of one replica's proposals. */
export class Proposals {
  readonly #waiting = new Map<string, Waiting>();
  /** Ops to send, in the order in which they were proposed. It may contain ops that are settled by now. */
  #unsent: Waiting[] = [];
  #bytes = 0;
  #forked = 0;
  #sentTo: string | null = null;

  get size(): number {
    return this.#waiting.size;
  }

  /**
   * Adds an op. False if the queue is full, so that the op was definitely not proposed. An op that
   * already waits is not added twice. `deadline`: monotonic ms.
   */
  add(key: string, op: Uint8Array, deadline: number): boolean {
    if (this.#waiting.has(key)) return true;
    if (this.#waiting.size >= WAITING_MAX || this.#bytes + op.length > WAITING_BYTES_MAX) return false;
    this.#insert({ key, opKey: key, op, deadline, forkId: null, handedOver: 0, sentAt: null, resendMs: RESEND_MS });
    return true;
  }

  /** Adds an op of the fork queue, which waits until it is applied. The caller bounds their number (forkedWaiting). */
  addForked(forkId: number, key: string, op: Uint8Array): void {
    // It needs a key of its own, because a caller may wait for the same op, and only this copy settles the queue's row.
    const entry = {
      key: `${FORKED}${key}`,
      opKey: key,
      op,
      deadline: Number.POSITIVE_INFINITY,
      forkId,
      handedOver: 0,
      sentAt: null,
      resendMs: RESEND_MS,
    };
    if (!this.#waiting.has(entry.key)) this.#insert(entry);
  }

  /** Removes the ops of the fork queue from here. They stay in the fork queue. */
  forgetForked(): void {
    for (const entry of this.#waiting.values()) if (entry.forkId !== null) this.#remove(entry);
  }

  /** Number of ops of the fork queue that wait here. */
  get forkedWaiting(): number {
    return this.#forked;
  }

  /**
   * Notes that an op was applied: ends its callers' wait and, if it was the copy that a merge proposed
   * again (`recovered`), that of the fork queue. A caller's own repeat may have been refused although
   * the recovered copy would be kept, so it does not count for the fork queue.
   */
  applied(key: string, recovered = true): Settled {
    const entry = this.#waiting.get(key);
    if (entry !== undefined) this.#remove(entry);
    const forked = recovered ? this.#waiting.get(`${FORKED}${key}`) : undefined;
    if (forked !== undefined) this.#remove(forked);
    const sentAgain = entry !== undefined && entry.handedOver > 1;
    return { waited: entry !== undefined, sentAgain, forkId: forked?.forkId ?? null };
  }

  /** Sets the leadership to which ops are sent. If it has changed, all waiting ops are sent again, in their order. */
  retarget(leadershipKey: string | null): void {
    if (leadershipKey === this.#sentTo) return;
    this.#sentTo = leadershipKey;
    this.#unsent = [...this.#waiting.values()];
  }

  /** True if no op is waiting to be sent. */
  idle(): boolean {
    return this.#unsent.length === 0;
  }

  /**
   * The next ops for the leader, at most APPEND_ENTRIES_MAX and about 1 MiB; empty if all are sent. `now`: monotonic
   * ms.
   */
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
      entry.handedOver += 1;
      entry.sentAt = now;
    }
    this.#unsent = taken === this.#unsent.length ? [] : this.#unsent.slice(taken);
    return { ops, keys };
  }

  /** Called once a tick: ends waits whose deadline has passed, and queues ops again that may have been lost. */
  tick(now: number): Expired[] {
    const expired: Expired[] = [];
    const resend: Waiting[] = [];
    for (const entry of this.#waiting.values()) {
      if (now >= entry.deadline) {
        this.#remove(entry);
        expired.push({ key: entry.key, definite: entry.handedOver === 0 });
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
