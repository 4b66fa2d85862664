/**
 * Ops of this replica on their way into the log. Pure, like the core. An op waits here
 * from the moment it is proposed until it comes back out of this replica's own apply; in
 * between it is sent to whoever leads, again after every change of leadership. Sending
 * twice is safe: apply answers a repeated op with the first one's result. Ops of a branch
 * that lost a merge (the fork queue) take the same way, until they are seen applied.
 */
import { APPEND_ENTRIES_MAX } from "./frame.ts";
import type { ReplicaId } from "./view.ts";

/** Ops waiting here at most: beyond it `add` refuses. */
export const WAITING_MAX = 8_192;
/** Bytes waiting here at most. */
export const WAITING_BYTES_MAX = 16 * 1024 * 1024;
/** Bytes handed over in one frame at most (one op may exceed it alone). */
const FRAME_BYTES_MAX = 1024 * 1024;
/** An op not seen applied for this long is sent again: its frame may have been lost. */
const RESEND_MS = 2_000;

/** Where ops go now. */
export interface Target {
  /** Changes with the leader and its ballot. */
  readonly leadershipKey: string;
  readonly leaderId: ReplicaId;
}

/** How the wait for an op ended. `definite` false: it may yet come out of apply. */
export type Settled = { readonly kind: "expired"; readonly key: string; readonly definite: boolean };

interface Waiting {
  readonly key: string;
  readonly op: Uint8Array;
  readonly deadline: number;
  /** Handed to some leader at least once: a failure is then unknown, not definite. */
  handedOver: boolean;
  sentAt: number;
}

/** Queue of one replica's proposals. */
export class Proposals {
  private readonly waiting = new Map<string, Waiting>();
  /** Keys to send, in the order they were proposed. */
  private unsent: Waiting[] = [];
  private bytes = 0;
  private sentTo: string | null = null;

  get size(): number {
    return this.waiting.size;
  }

  /**
   * Takes an op in; false if the queue is full (definite: it was not proposed). The same key
   * proposed twice waits once. `deadline` is on the caller's monotonic clock, ms.
   */
  add(key: string, op: Uint8Array, deadline: number): boolean {
    if (this.waiting.has(key)) return true;
    if (this.waiting.size >= WAITING_MAX || this.bytes + op.length > WAITING_BYTES_MAX) return false;
    const entry: Waiting = { key, op, deadline, handedOver: false, sentAt: 0 };
    this.waiting.set(key, entry);
    this.unsent.push(entry);
    this.bytes += op.length;
    return true;
  }

  /** The op came out of apply; true if it waited here. */
  applied(key: string): boolean {
    const entry = this.waiting.get(key);
    if (entry === undefined) return false;
    this.remove(entry);
    return true;
  }

  /** Leadership moved: everything unsettled goes to the new leader, in the old order. */
  retarget(target: Target | null): void {
    const key = target?.leadershipKey ?? null;
    if (key === this.sentTo) return;
    this.sentTo = key;
    this.unsent = [...this.waiting.values()];
  }

  /** Nothing is waiting to be sent. */
  idle(): boolean {
    return this.unsent.length === 0;
  }

  /** Next ops for the leader: at most APPEND_ENTRIES_MAX and about 1 MiB; empty when all are sent. */
  take(now: number): Uint8Array[] {
    const ops: Uint8Array[] = [];
    let bytes = 0;
    let taken = 0;
    for (const entry of this.unsent) {
      const settled = this.waiting.get(entry.key) !== entry;
      if (!settled && ops.length > 0 && (ops.length >= APPEND_ENTRIES_MAX || bytes + entry.op.length > FRAME_BYTES_MAX))
        break;
      taken++;
      if (settled) continue;
      ops.push(entry.op);
      bytes += entry.op.length;
      entry.handedOver = true;
      entry.sentAt = now;
    }
    this.unsent = taken === this.unsent.length ? [] : this.unsent.slice(taken);
    return ops;
  }

  /** Called per tick: ends waits past their deadline, and sends again what may have been lost. */
  tick(now: number): Settled[] {
    const settled: Settled[] = [];
    const resend: Waiting[] = [];
    for (const entry of this.waiting.values()) {
      if (now >= entry.deadline) {
        this.remove(entry);
        settled.push({ kind: "expired", key: entry.key, definite: !entry.handedOver });
      } else if (entry.handedOver && entry.sentAt > 0 && now - entry.sentAt >= RESEND_MS) {
        entry.sentAt = 0;
        resend.push(entry);
      }
    }
    if (resend.length > 0) this.unsent = [...resend, ...this.unsent];
    return settled;
  }

  private remove(entry: Waiting): void {
    this.waiting.delete(entry.key);
    this.bytes -= entry.op.length;
  }
}
