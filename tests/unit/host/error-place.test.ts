import { expect, test } from "bun:test";
import { caughtErrors, classOf, placeOf } from "../../../src/host/error-place.ts";
import { createLogger } from "../../../src/host/logger.ts";
import { loggedSnapshots } from "../../../src/replica/logged-snapshots.ts";
import type { SnapshotSource } from "../../../src/election/ports.ts";

const SECRET = "private words of ada";

function logged(nowMs = () => 0) {
  const lines: string[] = [];
  const caught = caughtErrors(
    createLogger("info", 1, (line) => lines.push(line)),
    nowMs,
  );
  return { lines, caught, parsed: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

test("class and place of an error, without its message", () => {
  class Odd extends TypeError {
    override name = SECRET;
  }
  for (const error of [new TypeError(`${SECRET}\n    at ${SECRET} (somewhere)`), new Odd(`a\nat ${SECRET}`)]) {
    expect(classOf(error)).toMatch(/^(TypeError|Odd)$/);
    expect(placeOf(error)).toContain("error-place.test.ts");
    expect(placeOf(error)).not.toContain(SECRET);
  }
  expect(placeOf(new TypeError())).toContain("error-place.test.ts");
  expect([classOf("text"), placeOf("text")]).toEqual(["string", ""]);
});

test("a line says where an error was caught, its class and its place, and nothing a user wrote", () => {
  const { lines, caught, parsed } = logged();
  caught("page", new RangeError(SECRET));
  expect(parsed()[0]).toMatchObject({ level: "error", event: "caught", where: "page", error: "RangeError", count: 1 });
  expect(parsed()[0]!["reason"]).toContain("error-place.test.ts");
  expect(lines.join("")).not.toContain(SECRET);
});

test("the same error a thousand times is one line a minute, with how many there were", () => {
  let nowMs = 0;
  const { caught, parsed } = logged(() => nowMs);
  const error = new Error("again");
  for (let i = 0; i < 1000; i++) caught("call", error);
  nowMs = 60_000;
  caught("call", error);
  caught("call", new TypeError("another"));
  expect(parsed().map(({ count, error: name }) => [name, count])).toEqual([
    ["Error", 1],
    ["Error", 1001],
    ["TypeError", 1],
  ]);
});

test("snapshots that fail are logged on both sides, and fail all the same", async () => {
  const { lines, caught, parsed } = logged();
  const header = {} as SnapshotSource["header"];
  // oxlint-disable-next-line require-yield
  async function* broken(): AsyncGenerator<Uint8Array> {
    throw new RangeError(SECRET);
  }
  const store = loggedSnapshots(
    {
      offer: async (commonSeq) => {
        if (commonSeq === 0) throw new TypeError("at the start");
        return { header, chunks: broken() };
      },
      receive: () => Promise.reject(new SyntaxError(`${SECRET}\n  at ${SECRET}`)),
    },
    caught,
  );
  const source = await store.offer(1);
  const outcomes = await Promise.allSettled([
    store.offer(0),
    source.chunks[Symbol.asyncIterator]().next(),
    store.receive(source),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  expect(
    parsed()
      .map(({ where, error }) => `${String(where)} ${String(error)}`)
      .sort(),
  ).toEqual(["snapshot_offer RangeError", "snapshot_offer TypeError", "snapshot_receive SyntaxError"]);
  for (const { reason } of parsed()) expect(reason).toContain("error-place.test.ts");
  expect(lines.join("")).not.toContain(SECRET);
});
