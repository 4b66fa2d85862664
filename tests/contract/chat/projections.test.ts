/**
 * A projection gets each op once, whatever happens to the rows. The projection here stores in a file of its own which
 * ops it covers, as a search index would. It must cover exactly what the rows contain.
 */
import type { AppliedOp } from "../../../src/chat/applied-op.ts";
import { describe, expect, test } from "bun:test";
import { parseCursor, type Cursor } from "../../../src/chat/cursor.ts";
import type { Position } from "../../../src/chat/ports.ts";
import { Projections, type Projection } from "../../../src/chat/projections.ts";
import { viewNoKey, type ViewNo } from "../../../src/election/view.ts";

function viewNo(counter: number): ViewNo {
  return { ballot: { counter, replicaId: 0, nonce: "aa" }, minor: 0 };
}

/** Rows reduced to the name of the op at each seq, and its view. */
class Rows {
  ops: { readonly name: string; readonly view: ViewNo }[] = [];

  readonly position: Position = {
    applied: () => ({ viewNo: this.ops.at(-1)?.view ?? viewNo(0), seq: this.ops.length }),
    viewNoAt: (seq) => this.ops[seq - 1]?.view ?? null,
    waitApplied: () => Promise.resolve(true),
  };

  /** Applies ops and returns their results. */
  apply(names: readonly string[], view: ViewNo): [ops: AppliedOp[], view: string] {
    const applied = names.map((name) => {
      this.ops.push({ name, view });
      return { seq: this.ops.length, key: name } as AppliedOp;
    });
    return [applied, viewNoKey(view)];
  }
}

class Index implements Projection {
  readonly name = "index";
  readonly #rows: Rows;
  covered: string[] = [];
  rereads: boolean[] = [];
  #at: Cursor | null = null;
  fails = false;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  position(): Cursor | null {
    return this.#at ?? { viewNo: viewNo(0), seq: 0 };
  }

  follow(ops: readonly AppliedOp[], view: string): void {
    if (this.fails) throw new TypeError("a bug");
    expect(ops[0]!.seq).toBe(this.covered.length + 1);
    this.covered.push(...ops.map(({ key }) => key));
    this.#at = parseCursor(`${view}:${ops.at(-1)!.seq}`);
  }

  reread(continues: boolean): void {
    this.rereads.push(continues);
    const { ops } = this.#rows;
    if (continues) expect(this.covered).toEqual(ops.slice(0, this.covered.length).map(({ name }) => name));
    this.covered = ops.map(({ name }) => name);
    this.#at = { viewNo: ops.at(-1)!.view, seq: ops.length };
  }
}

function started() {
  const rows = new Rows();
  const failed: string[] = [];
  const projections = new Projections(rows.position, (name) => failed.push(name));
  const index = new Index(rows);
  const same = (): void => expect(index.covered).toEqual(rows.ops.map(({ name }) => name));
  return { rows, failed, projections, index, same };
}

describe("a projection", () => {
  test("is told what is applied, in order and once", () => {
    const { rows, projections, index, same } = started();
    projections.add(index);
    projections.applied(...rows.apply(["a", "b"], viewNo(1)));
    projections.applied(...rows.apply(["c"], viewNo(2)));
    same();
    expect(index.rereads).toEqual([]);
  });

  test("that starts behind the rows reads what it lacks, and goes on from there", () => {
    const { rows, projections, index, same } = started();
    projections.applied(...rows.apply(["a", "b"], viewNo(1)));
    projections.add(index);
    projections.applied(...rows.apply(["c"], viewNo(1)));
    same();
    expect(index.rereads).toEqual([true]);
  });

  test("that is ahead of rows that lost their newest entries is not told those twice", () => {
    const { rows, projections, index, same } = started();
    projections.add(index);
    projections.applied(...rows.apply(["a", "b", "c"], viewNo(1)));
    rows.ops.splice(1);
    const again = new Projections(rows.position, () => {});
    again.add(index);
    again.applied(...rows.apply(["b"], viewNo(1)));
    again.applied(...rows.apply(["c", "d"], viewNo(1)));
    same();
    expect(index.rereads).toEqual([]);
  });

  test("that is ahead of rows which then take another branch begins anew", () => {
    const { rows, projections, index, same } = started();
    projections.add(index);
    projections.applied(...rows.apply(["a", "b", "c"], viewNo(1)));
    rows.ops.splice(1);
    projections.applied(...rows.apply(["x", "y"], viewNo(2)));
    projections.applied(...rows.apply(["z"], viewNo(2)));
    same();
    expect(index.rereads).toEqual([false]);
  });

  test("reads the rows of a snapshot: on from where it was, or anew after a merge", () => {
    const { rows, projections, index, same } = started();
    projections.add(index);
    projections.applied(...rows.apply(["a"], viewNo(1)));
    rows.apply(["b", "c"], viewNo(1));
    projections.replaced();
    same();
    rows.ops = [];
    rows.apply(["a", "x", "y", "z"], viewNo(3));
    projections.replaced();
    same();
    expect(index.rereads).toEqual([true, false]);
  });

  test("that throws holds nothing up, and rereads before it follows again", () => {
    const { rows, failed, projections, index, same } = started();
    const other = new Index(rows);
    projections.add(index);
    projections.add(other);
    index.fails = true;
    projections.applied(...rows.apply(["a"], viewNo(1)));
    expect([failed, index.covered, other.covered]).toEqual([["index"], [], ["a"]]);
    index.fails = false;
    projections.applied(...rows.apply(["b"], viewNo(1)));
    projections.applied(...rows.apply(["c"], viewNo(1)));
    same();
    expect([index.rereads, other.covered]).toEqual([[false], ["a", "b", "c"]]);
  });

  test("that keeps nothing is told what comes, and of each replacement of the rows", () => {
    const { rows, projections } = started();
    const told: string[] = [];
    projections.applied(...rows.apply(["a"], viewNo(1)));
    projections.add({
      name: "streams",
      position: () => null,
      follow: (ops) => void told.push(...ops.map(({ key }) => key)),
      reread: (continues) => void told.push(continues ? "continues" : "anew"),
    });
    projections.applied(...rows.apply(["b"], viewNo(1)));
    projections.replaced();
    expect(told).toEqual(["b", "anew"]);
  });
});
