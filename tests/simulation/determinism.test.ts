/** A run with the same name is the same each time, because it takes time and chance only from its seed. */
import { afterEach, expect, test } from "bun:test";
import { MODES } from "./nemesis.ts";
import { runSeed, type RunName } from "./run.ts";

/** Functions that a run must not call: their owner and name. */
const FORBIDDEN: readonly (readonly [owner: object, name: string])[] = [
  ...["setTimeout", "setInterval", "setImmediate", "queueMicrotask"].map((name) => [globalThis, name] as const),
  [Date, "now"],
  [performance, "now"],
  [Math, "random"],
  [crypto, "getRandomValues"],
  [crypto, "randomUUID"],
];

const restore: (() => void)[] = [];
afterEach(() => {
  for (const each of restore.splice(0)) each();
});

function forbid(owner: object, name: string): void {
  const was = Object.getOwnPropertyDescriptor(owner, name) ?? null;
  const forbidden = (): never => {
    throw new Error(`${name} in a simulated run`);
  };
  Object.defineProperty(owner, name, { value: forbidden, configurable: true, writable: true });
  restore.push(() => {
    if (was === null) Reflect.deleteProperty(owner, name);
    else Object.defineProperty(owner, name, was);
  });
}

/** A fingerprint of the whole trace, and its number of lines. */
function traceOf(name: RunName): { readonly lines: number; readonly hash: string; readonly acks: number } {
  const hash = new Bun.CryptoHasher("sha256");
  let lines = 0;
  const report = runSeed(name, {
    trace: (line) => {
      hash.update(line);
      lines++;
    },
  });
  expect(report.violation).toBeNull();
  return { lines, hash: hash.digest("hex"), acks: report.acks };
}

for (const mode of MODES) {
  test(`${mode}: the same seed gives the same trace, without a clock, a timer or chance of this process`, () => {
    for (const [owner, name] of FORBIDDEN) forbid(owner, name);
    expect(() => Math.random()).toThrow("in a simulated run");
    const first = traceOf({ seed: 21, mode, recovery: "wait" });
    expect(traceOf({ seed: 21, mode, recovery: "wait" })).toEqual(first);
    expect(first.lines).toBeGreaterThan(10_000);
  });
}

test("another seed gives another trace", () => {
  const [one, other] = [21, 22].map((seed) => traceOf({ seed, mode: "upgrade", recovery: "wait" }));
  expect(other!.hash).not.toBe(one!.hash);
});
