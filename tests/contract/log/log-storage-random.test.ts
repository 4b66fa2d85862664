/** Random histories: log.db and the log in memory must agree after every step. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import type { PersistRows } from "../../../src/election/event.ts";
import type { Batch } from "../../../src/election/frame.ts";
import type { Seq, View } from "../../../src/election/view.ts";
import { ballot, entries, opBatch, snapshotHeader, view } from "../../support/log-fixtures.ts";
import { LOG_KINDS, type LogHolder } from "../../support/logs-under-test.ts";

/** `SEED=... bun test` repeats a run; a failure prints its seed. */
const SEED = Bun.env["SEED"];

/** A fraction selects a place in the log of that moment, so that steps stay meaningful when fast-check shrinks them. */
const fraction = fc.integer({ min: 0, max: 1000 }).map((n) => n / 1000);
const size = fc.integer({ min: 1, max: 9 });

const stepArbitrary = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("append" as const),
      sizes: fc.array(size, { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("view" as const), sizes: fc.array(size, { maxLength: 2 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("cut" as const), at: fraction, sizes: fc.array(size, { maxLength: 3 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("snapshot" as const),
      common: fraction,
      gap: fc.constantFrom(0, 0, 3),
      sizes: fc.array(size, { maxLength: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("compact" as const), at: fraction }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("confirm" as const), every: size }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("reopen" as const) }) },
);
type Step = typeof stepArbitrary extends fc.Arbitrary<infer S> ? S : never;

/** Turns steps into calls that are valid at that moment, the same for every log. */
class Story {
  readonly #holders: readonly LogHolder[];
  #firstSeq: Seq = 1;
  #lastSeq: Seq = 0;
  #lineage: View[] = [];
  #counter = 0;
  #snapshots = 10;

  constructor(holders: readonly LogHolder[]) {
    this.#holders = holders;
  }

  run(step: Step): void {
    switch (step.kind) {
      case "append":
        return this.#write([{ append: this.#batches(step.sizes) }]);
      case "view":
        return this.#write([this.#newView(), { append: this.#batches(step.sizes), promised: ballot(this.#counter) }]);
      case "cut":
        return this.#cut(this.#firstSeq - 1 + Math.floor(step.at * (this.#lastSeq - this.#firstSeq + 2)), step.sizes);
      case "snapshot":
        return this.#snapshot(step);
      case "compact":
        return this.#compact(Math.floor(step.at * this.#lastSeq));
      case "confirm":
        return this.#each(({ log }) =>
          log.forkConfirmed(log.forkQueue(50).flatMap(({ id }) => (id % step.every === 0 ? [id] : []))),
        );
      case "reopen":
        return this.#each((holder) => holder.reopen());
    }
  }

  check(): void {
    const [one, ...others] = this.#holders.map(({ log }) => {
      const restored = log.restore();
      const { logFirstSeq, lastSeq } = restored;
      const middle = Math.floor((logFirstSeq + lastSeq) / 2);
      const part = middle >= logFirstSeq ? log.read(middle, Math.min(middle + 4, lastSeq)) : [];
      return {
        restored,
        lineage: log.lineage(),
        entries: entries(log.read(logFirstSeq, lastSeq)),
        borders: log
          .read(logFirstSeq, lastSeq)
          .map((batch) => (batch.kind === "op" ? batch.firstSeq : batch.view.startSeq)),
        part: entries(part),
        forked: log.forkQueue(10_000).map(({ id, op }) => `${id} ${Buffer.from(op).toString()}`),
      };
    });
    for (const other of others) expect(other).toEqual(one!);
    expect(one!.restored).toMatchObject({
      logFirstSeq: this.#firstSeq,
      lastSeq: this.#lastSeq,
      lineage: this.#lineage,
    });
  }

  #each(work: (holder: LogHolder) => void): void {
    for (const holder of this.#holders) work(holder);
  }

  #write(rows: readonly PersistRows[]): void {
    this.#each(({ log }) => log.write(rows));
  }

  #newView(): PersistRows {
    const made = view(++this.#lastSeq, ++this.#counter);
    this.#lineage.push(made);
    return { append: [{ kind: "view", view: made }] };
  }

  #batches(sizes: readonly number[]): Batch[] {
    const batches: Batch[] = [];
    if (this.#lineage.length === 0) batches.push(...this.#newView().append!);
    for (const count of sizes) {
      batches.push(opBatch(this.#lastSeq + 1, count, this.#lineage.at(-1)!.no, `b${this.#counter}-`));
      this.#lastSeq += count;
    }
    return batches;
  }

  #cut(after: Seq, sizes: readonly number[]): void {
    // The state cannot be cut, and so the entries that it covers cannot either.
    const cutAfter = Math.max(after, ...this.#holders.map((holder) => holder.appliedSeq));
    if (cutAfter < this.#lastSeq) {
      this.#lastSeq = cutAfter;
      this.#lineage = this.#lineage.filter((made) => made.startSeq <= cutAfter);
    }
    this.#write([{ cutAfter, rollback: true, append: [...(this.#newView().append ?? []), ...this.#batches(sizes)] }]);
  }

  #snapshot(step: Extract<Step, { kind: "snapshot" }>): void {
    const commonSeq = this.#firstSeq - 1 + Math.floor(step.common * (this.#lastSeq - this.#firstSeq + 1));
    const ref = ++this.#snapshots;
    this.#lineage = this.#lineage.filter((made) => made.startSeq <= commonSeq);
    const keepsPrefix = step.gap === 0;
    this.#lastSeq = commonSeq + step.gap;
    const logFirstSeq = this.#lastSeq + 1;
    const batches = [...(this.#newView().append ?? []), ...this.#batches(step.sizes)];
    if (!keepsPrefix) this.#firstSeq = logFirstSeq;
    const snapshot = snapshotHeader({
      ref,
      lineage: [...this.#lineage],
      logFirstSeq,
      appliedSeq: this.#lastSeq,
      commonSeq,
    });
    this.#each((holder) => {
      holder.stageLog(ref, batches);
      holder.log.write([{ snapshot }]);
      holder.appliedSeq = snapshot.appliedSeq;
    });
  }

  #compact(upTo: Seq): void {
    this.#each((holder) => {
      holder.appliedSeq = Math.max(holder.appliedSeq, upTo);
      holder.log.compact(upTo);
    });
    this.#firstSeq = this.#holders[0]!.log.restore().logFirstSeq;
  }
}

test("[I4] any history leaves the same log, lineage and fork queue", () => {
  const histories = fc.array(stepArbitrary, { minLength: 1, maxLength: 25 });
  fc.assert(
    fc.property(histories, (steps) => {
      const holders = Object.values(LOG_KINDS).map((make) => make());
      try {
        const story = new Story(holders);
        for (const step of steps) {
          story.run(step);
          story.check();
        }
      } finally {
        for (const holder of holders) holder.dispose();
      }
    }),
    { numRuns: 60, ...(SEED === undefined ? {} : { seed: Number(SEED) }) },
  );
}, 60_000);
