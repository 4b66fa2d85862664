/** What every LogEngine must do, whatever orders the ops: see src/engine/log-engine.ts. */
import type { AppliedOp } from "../../../src/chat/applied-op.ts";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { viewNoKey } from "../../../src/election/view.ts";
import type { EngineListener, LogEngine } from "../../../src/engine/log-engine.ts";
import { until } from "../../../harness/until.ts";
import { ENGINES, type EngineHolder } from "../../support/engines-under-test.ts";
import { ChatUser, type KeyedOp } from "../../simulation/chat.ts";

/** Far longer than any engine here needs. */
const SOON_MS = 10_000;

describe.each(Object.keys(ENGINES))("%s", (kind) => {
  let holder: EngineHolder;
  let engine: LogEngine;
  let applied: AppliedOp[];
  let views: string[];

  const listener: EngineListener = {
    onApplied: ({ ops, view }) => {
      applied.push(...ops);
      views.push(view);
    },
    onStateReplaced: () => {},
  };
  const user = new ChatUser("anna");
  const registration = (): KeyedOp => user.register(1_000_000, "0011223344556677");
  const message = (n: number): KeyedOp => user.send(n, user, 1_000_000 + n);
  const propose = ({ key, op }: KeyedOp, timeoutMs = SOON_MS) => engine.propose(key, op, timeoutMs);

  beforeEach(async () => {
    applied = [];
    views = [];
    holder = ENGINES[kind]!();
    ({ engine } = holder);
    holder.start(listener);
    await until(() => engine.status().notWritable === null);
  });
  afterEach(() => holder.dispose());

  test("an op is answered once it is applied here, with what came of it", async () => {
    const outcome = await propose(registration());
    expect(outcome).toMatchObject({ kind: "applied", result: { kind: "registered" } });
    const { seq } = outcome as Extract<typeof outcome, { kind: "applied" }>;
    expect(applied.map((op) => op.seq)).toEqual([seq]);
    expect(engine.applied().seq).toBeGreaterThanOrEqual(seq);
    expect(engine.status().committed).toBeGreaterThanOrEqual(seq);
  });

  test("ops are told in one order, each once, under the view that the engine names for them", async () => {
    await propose(registration());
    const outcomes = await Promise.all(Array.from({ length: 20 }, (_, i) => propose(message(i))));
    expect(outcomes.map(({ kind: how }) => how)).toEqual(outcomes.map(() => "applied"));
    const seqs = applied.map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    expect(new Set(applied.map(({ key }) => key)).size).toBe(21);
    expect(applied).toHaveLength(21);
    expect(views).toContain(viewNoKey(engine.viewNoAt(seqs.at(-1)!)!));
  });

  test("one request proposed twice at a time is decided once, and both are answered", async () => {
    await propose(registration());
    const twice = await Promise.all([propose(message(1)), propose(message(1))]);
    expect(twice[0]).toEqual(twice[1]);
    const again = await propose(message(1));
    expect(again).toMatchObject({ kind: "applied", result: { kind: "sent", repeated: true } });
  });

  test("a linearizable read sees what was acknowledged", async () => {
    const outcome = await propose(registration());
    expect(await engine.readIndex(SOON_MS)).toBe(true);
    expect(engine.applied().seq).toBeGreaterThanOrEqual(outcome.kind === "applied" ? outcome.seq : Infinity);
  });

  test("a position that is not reached yet is waited for", async () => {
    const { seq } = engine.applied();
    expect(await engine.waitApplied(seq, SOON_MS)).toBe(true);
    expect(await engine.waitApplied(seq + 1, 1)).toBe(false);
    expect(engine.viewNoAt(seq + 1)).toBeNull();
    const waited = engine.waitApplied(seq + 1, SOON_MS);
    await propose(registration());
    expect(await waited).toBe(true);
    expect(engine.viewNoAt(seq + 1)).not.toBeNull();
  });

  test("an engine that has stopped takes nothing, and says so", async () => {
    await propose(registration());
    await engine.stop();
    expect(engine.status().notWritable).not.toBeNull();
    expect(await propose(message(1))).toMatchObject({ kind: "not_writable" });
    expect(applied).toHaveLength(1);
  });

  test("who waits when it is closed hears that the outcome is unknown, and nothing more is told", async () => {
    await propose(registration());
    const waiting = propose(message(1));
    const position = engine.waitApplied(Number.MAX_SAFE_INTEGER, SOON_MS);
    engine.close();
    expect(await waiting).toEqual({ kind: "timed_out" });
    expect(await position).toBe(false);
    expect(applied).toHaveLength(1);
  });
});
