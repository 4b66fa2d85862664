/**
 * state-N.db of a simulated replica: the applied ops behind a domain, and what the checks need to
 * see from outside: the position, and a chain hash over all entries applied so far.
 */
import type { AppliedOp } from "../../src/chat/applied-op.ts";
import type { ConversationId, MessageId } from "../../src/chat/ids.ts";
import type { Rows } from "../../src/chat/rows.ts";
import type { Batch } from "../../src/election/frame.ts";
import { batchFirstSeq } from "../../src/election/frame.ts";
import type { Seq, ViewNo } from "../../src/election/view.ts";
import { viewNoKey } from "../../src/election/view.ts";

/** What apply changes. The checks see it only through these methods. */
export interface SimDomain {
  /** Applies one batch, and returns the results of its ops in order; none for a view. */
  apply(batch: Batch): readonly AppliedOp[];
  /** True if the op with this key has succeeded. */
  has(key: string): boolean;
  /** The seq of a message; null if there is no such message. */
  seqOfMessage(conversation: ConversationId, id: MessageId): Seq | null;
  /** How many times each effect exists (see effectOf, readEffect): once for everything that was acknowledged. */
  effects(): Map<string, number>;
  /** The hash of a user's password, against which a replica checks a login; "" if there is no such user. */
  passwordOf(user: string): string;
  /** Logins that were made with a password that is no longer the user's. */
  outdatedLogins(): readonly string[];
  /** The op format that is in force. */
  opFormat(): number;
  /** The time in the newest op. */
  newestMicros(): number;
  /** All messages, as effects, with their times. */
  dates(): readonly (readonly [effect: string, micros: number])[];
  /** The rows, for looks that change nothing. */
  rows(): Rows;
  /** All replicated rows, by table, with the columns of state.db. */
  dump(): Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
  /** True if the op with this key was first decided as one of a branch that had lost. */
  cameLate(key: string): boolean;
  /** Equal at replicas that have applied the same log. */
  digest(): string;
  /** A copy; `withoutDedupe` is the mutant that forgets which ops were applied before. */
  clone(withoutDedupe: boolean): SimDomain;
}

/** Called for every applied entry; `op` is null for a view. `chain` covers the entry. */
export type EntryListener = (seq: Seq, viewNo: ViewNo, chain: number, op: AppliedOp | null) => void;

const texts = new WeakMap<Uint8Array, number>();

/** 32-bit FNV-1a over the bytes, cached because every replica applies the same array. */
function bytesHash(bytes: Uint8Array): number {
  let h = texts.get(bytes);
  if (h !== undefined) return h;
  h = 2166136261;
  for (const byte of bytes) h = Math.imul(h ^ byte, 16777619);
  h >>>= 0;
  texts.set(bytes, h);
  return h;
}

const keyHashes = new Map<string, number>();

function textHash(text: string): number {
  let h = keyHashes.get(text);
  if (h !== undefined) return h;
  h = 2166136261;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619);
  h >>>= 0;
  if (keyHashes.size > 10_000) keyHashes.clear();
  keyHashes.set(text, h);
  return h;
}

/** The hash of a view number for the chain. */
export function viewHash(no: ViewNo): number {
  return textHash(viewNoKey(no));
}

/** The hash of an entry's content for the chain; null: a view entry. */
export function entryHash(op: Uint8Array | null): number {
  return op === null ? textHash("view") : bytesHash(op);
}

/** Folds one entry into the chain, which has 53 bits, so that collisions are unlikely. */
export function chainHash(chain: number, viewKey: number, content: number): number {
  const low = Math.imul(((chain % 4294967296) ^ content) >>> 0, 2654435761) >>> 0;
  const high = (Math.imul((Math.floor(chain / 4294967296) ^ viewKey) >>> 0, 2246822519) ^ low) & 0x1fffff;
  return (high >>> 0) * 4294967296 + low;
}

/** The applied state. */
export class SimState {
  appliedSeq: Seq = 0;
  appliedView: ViewNo | null = null;
  chain = 1;
  domain: SimDomain;
  /** The ops that the rules refused, except recovered ones. */
  refused: Seq[] = [];

  constructor(domain: SimDomain) {
    this.domain = domain;
  }

  clone(withoutDedupe = false): SimState {
    const copy = new SimState(this.domain.clone(withoutDedupe));
    copy.appliedSeq = this.appliedSeq;
    copy.appliedView = this.appliedView;
    copy.chain = this.chain;
    copy.refused = [...this.refused];
    return copy;
  }

  /** Applies contiguous batches. */
  apply(batches: readonly Batch[], onEntry: EntryListener): void {
    for (const batch of batches) {
      if (batchFirstSeq(batch) !== this.appliedSeq + 1) {
        throw new Error(`apply of ${batchFirstSeq(batch)} to a state at ${this.appliedSeq}`);
      }
      const done = this.domain.apply(batch);
      if (batch.kind === "view") {
        this.#advance(batch.view.no, entryHash(null));
        onEntry(this.appliedSeq, batch.view.no, this.chain, null);
        continue;
      }
      batch.ops.forEach((op, i) => {
        this.#advance(batch.viewNo, entryHash(op));
        if (done[i]?.result.kind === "refused" && !done[i].recovered) this.refused.push(this.appliedSeq);
        onEntry(this.appliedSeq, batch.viewNo, this.chain, done[i] ?? null);
      });
    }
  }

  #advance(viewNo: ViewNo, content: number): void {
    this.appliedSeq++;
    this.appliedView = viewNo;
    this.chain = chainHash(this.chain, viewHash(viewNo), content);
  }
}
