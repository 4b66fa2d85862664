/**
 * The chat's state in memory, with the real rules, for the simulator's replicas. It has the same
 * results, facts and hash as StateDb; a contract suite compares them.
 *
 *   const state = new MemoryState();
 *   const groups = state.apply(batches);       // the result of each op, like StateDb
 *   state.appliedSeq(); state.hash();
 *   const snapshot = state.clone();            // an independent copy
 *   state.clone({ without: "requests" });      // mutant: a copy without recorded requests
 */
import type { AppliedOp } from "../../src/chat/applied-op.ts";
import { applyOp, recordPoison, type ApplyOp } from "../../src/chat/kinds/apply.ts";
import type { ClientId, ConversationId, UserId } from "../../src/chat/ids.ts";
import type { Rows } from "../../src/chat/rows.ts";
import { FormatTooNew } from "../../src/chat/kinds/op.ts";
import { SCHEMA } from "../../src/db/state/connection.ts";
import type { StateHash } from "../../src/db/state/state-hash.ts";
import { assert } from "../../src/base/assert.ts";
import type { Batch } from "../../src/election/frame.ts";
import type { AppliedGroup, StateMachine } from "../../src/election/ports.ts";
import { viewNoKey, type Seq } from "../../src/election/view.ts";
import { MemoryRows } from "./memory-rows.ts";

interface Position {
  seq: Seq;
  view: string;
  firstView: string;
  newestMicros: number;
}

export class MemoryState implements StateMachine<AppliedOp> {
  readonly #rules: ApplyOp;
  #rows = new MemoryRows();
  #position: Position = { seq: 0, view: "", firstView: "", newestMicros: 0 };
  #refused: Seq[] = [];

  constructor(options: { readonly rules?: ApplyOp } = {}) {
    this.#rules = options.rules ?? applyOp;
  }

  clone(options: { readonly without?: "requests" } = {}): MemoryState {
    const copy = new MemoryState({ rules: this.#rules });
    copy.#rows = this.#rows.clone();
    if (options.without === "requests") copy.#rows.dropRequests();
    copy.#position = { ...this.#position };
    copy.#refused = [...this.#refused];
    return copy;
  }

  appliedSeq(): Seq {
    return this.#position.seq;
  }

  appliedView(): string {
    return this.#position.view;
  }

  firstView(): string {
    return this.#position.firstView;
  }

  /** The seq of a message; null if there is no such message. */
  seqOfMessage(conversation: ConversationId, author: UserId, clientId: ClientId): Seq | null {
    return this.#rows.seqOfMessage(conversation, author, clientId);
  }

  /** For looks that change nothing. */
  rows(): Rows {
    return this.#rows;
  }

  /** The op format that is in force. */
  opFormat(): number {
    return this.#rows.opFormat();
  }

  /** The time in the newest op. */
  newestMicros(): number {
    return this.#position.newestMicros;
  }

  apply(batches: readonly Batch[]): readonly AppliedGroup<AppliedOp>[] {
    const groups: AppliedGroup<AppliedOp>[] = [];
    for (const batch of batches) {
      if (batch.kind === "view") this.#applyView(viewNoKey(batch.view.no), batch.view.startSeq);
      else groups.push({ view: viewNoKey(batch.viewNo), ops: this.#applyOps(batch) });
    }
    return groups.filter(({ ops }) => ops.length > 0);
  }

  flush(): void {}

  async sync(): Promise<void> {}

  refusedAfter(after: Seq, rest: readonly Batch[]): ReadonlySet<Seq> {
    const tried = this.clone();
    tried.apply(rest);
    return new Set(tried.#refused.filter((seq) => seq > after));
  }

  /** The same hash as StateDb's at the same seq of the same log. */
  hash(): StateHash {
    const hasher = new Bun.CryptoHasher("sha256");
    for (const [name, rows] of Object.entries(this.dump()).sort(([a], [b]) => (a < b ? -1 : 1))) {
      hasher.update(`${name}\n`);
      for (const row of rows) hasher.update(`${JSON.stringify(Object.values(row), blobAsHex)}\n`);
    }
    return { seq: this.#position.seq, hash: hasher.digest("hex"), schema: SCHEMA };
  }

  /** All replicated rows, with the columns of state.db. */
  dump(): Record<string, Record<string, unknown>[]> {
    const { seq, view, firstView, newestMicros } = this.#position;
    const meta = { applied_seq: seq, applied_view: view, first_view: firstView, id: 1, newest_micros: newestMicros };
    return { ...this.#rows.dump(), meta: seq === 0 ? [] : [meta] };
  }

  #applyView(view: string, seq: Seq): void {
    if (seq <= this.#position.seq) return;
    assert(seq === this.#position.seq + 1, `view at ${seq} after ${this.#position.seq}`);
    const firstView = this.#position.firstView === "" ? view : this.#position.firstView;
    this.#position = { ...this.#position, seq, view, firstView };
  }

  #applyOps(batch: Extract<Batch, { kind: "op" }>): AppliedOp[] {
    const view = viewNoKey(batch.viewNo);
    const applied: AppliedOp[] = [];
    for (const [i, bytes] of batch.ops.entries()) {
      const seq = batch.firstSeq + i;
      if (seq <= this.#position.seq) continue;
      assert(seq === this.#position.seq + 1, `op at ${seq} after ${this.#position.seq}`);
      const op = this.#applyOne(bytes, seq);
      const newestMicros = op.timeMicros > 0 ? op.timeMicros : this.#position.newestMicros;
      this.#position = { seq, view, firstView: this.#position.firstView, newestMicros };
      if (op.result.kind === "refused" && !op.recovered) this.#refused.push(seq);
      applied.push(op);
    }
    return applied;
  }

  #applyOne(bytes: Uint8Array, seq: Seq): AppliedOp {
    try {
      return this.#rules(bytes, seq, this.#rows);
    } catch (error) {
      this.#rows.rollback();
      if (error instanceof FormatTooNew) throw error;
      return recordPoison(bytes, seq, this.#rows);
    } finally {
      this.#rows.keep();
    }
  }
}

function blobAsHex(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { blob: Buffer.from(value).toString("hex") } : value;
}
