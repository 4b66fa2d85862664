/**
 * state-N.db of a simulated replica: the applied ops behind a domain (the chat's own
 * rules or a stand-in), and what the checkers need to see from outside: the position,
 * and a chain hash over every entry applied so far.
 */
import type { Batch } from "../../src/election/frame.ts";
import { batchFirstSeq } from "../../src/election/frame.ts";
import type { Seq, ViewNo } from "../../src/election/view.ts";
import { viewNoKey } from "../../src/election/view.ts";

/** What apply does to one op; the simulator's users see it through `has` and `digest` only. */
export interface SimDomain {
  /** Applies one op and says under which key it was proposed. */
  apply(op: Uint8Array, seq: Seq): string;
  /** How many times the effect of this key is there: must be 1 after it was acknowledged. */
  count(key: string): number;
  /** Equal at replicas that applied the same log. */
  digest(): string;
  /** A copy; `withoutDedupe` is the mutant that forgets which ops were applied before. */
  clone(withoutDedupe: boolean): SimDomain;
}

/** One applied op, told to proposers and to streams. */
export interface AppliedOp {
  readonly key: string;
  readonly seq: Seq;
  readonly viewNo: ViewNo;
  /** The chain hash up to and including this op. */
  readonly chain: number;
}

const texts = new WeakMap<Uint8Array, number>();

/** 32-bit FNV-1a over the bytes; cached, because every replica applies the same array. */
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

/** A view number as it goes into the chain. */
export function viewHash(no: ViewNo): number {
  return textHash(viewNoKey(no));
}

/** An entry's content as it goes into the chain; null is a view entry. */
export function entryHash(op: Uint8Array | null): number {
  return op === null ? textHash("view") : bytesHash(op);
}

/** Folds one entry into the chain: 53 bits, so that a collision is not a worry. */
export function chainHash(chain: number, viewKey: number, content: number): number {
  const low = Math.imul((chain % 4294967296 ^ content) >>> 0, 2654435761) >>> 0;
  const high = (Math.imul((Math.floor(chain / 4294967296) ^ viewKey) >>> 0, 2246822519) ^ low) & 0x1fffff;
  return (high >>> 0) * 4294967296 + low;
}

/** The applied state. */
export class SimState {
  appliedSeq: Seq = 0;
  appliedView: ViewNo | null = null;
  chain = 1;
  domain: SimDomain;

  constructor(domain: SimDomain) {
    this.domain = domain;
  }

  clone(withoutDedupe = false): SimState {
    const copy = new SimState(this.domain.clone(withoutDedupe));
    copy.appliedSeq = this.appliedSeq;
    copy.appliedView = this.appliedView;
    copy.chain = this.chain;
    return copy;
  }

  /** Applies contiguous batches; `onEntry` hears of every entry (key null for a view). */
  apply(batches: readonly Batch[], onEntry: (seq: Seq, viewNo: ViewNo, chain: number, key: string | null) => void): void {
    for (const batch of batches) {
      if (batchFirstSeq(batch) !== this.appliedSeq + 1) {
        throw new Error(`apply of ${batchFirstSeq(batch)} to a state at ${this.appliedSeq}`);
      }
      if (batch.kind === "view") {
        this.#advance(batch.view.no, entryHash(null));
        onEntry(this.appliedSeq, batch.view.no, this.chain, null);
        continue;
      }
      for (const op of batch.ops) {
        const key = this.domain.apply(op, this.appliedSeq + 1);
        this.#advance(batch.viewNo, entryHash(op));
        onEntry(this.appliedSeq, batch.viewNo, this.chain, key);
      }
    }
  }

  #advance(viewNo: ViewNo, content: number): void {
    this.appliedSeq++;
    this.appliedView = viewNo;
    this.chain = chainHash(this.chain, viewHash(viewNo), content);
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const decoded = new WeakMap<Uint8Array, string>();

/** Keys in the order in which they were first applied: enough to see a loss or a double. */
export class KeyDomain implements SimDomain {
  #seen: Set<string>;
  #order: string[];

  constructor(seen = new Set<string>(), order: string[] = []) {
    this.#seen = seen;
    this.#order = order;
  }

  static encode(key: string): Uint8Array {
    return encoder.encode(key);
  }

  static decode(op: Uint8Array): string {
    let key = decoded.get(op);
    if (key === undefined) {
      key = decoder.decode(op);
      decoded.set(op, key);
    }
    return key;
  }

  apply(op: Uint8Array): string {
    const key = KeyDomain.decode(op);
    if (!this.#seen.has(key)) {
      this.#seen.add(key);
      this.#order.push(key);
    }
    return key;
  }

  count(key: string): number {
    let n = 0;
    for (const k of this.#order) if (k === key) n++;
    return n;
  }

  digest(): string {
    return this.#order.join(",");
  }

  clone(withoutDedupe: boolean): SimDomain {
    return new KeyDomain(withoutDedupe ? new Set() : new Set(this.#seen), [...this.#order]);
  }
}
