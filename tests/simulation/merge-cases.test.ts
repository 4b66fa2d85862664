/** Each case of merge-cases.ts, in both directions. */
import { test } from "bun:test";
import { CASES, mergeCases } from "./merge-cases.ts";

/** A few simulated minutes, on a machine that may be busy. */
const BOUND_MS = 120_000;

for (const [title, isExchanged] of [
  ["the first side loses", false],
  ["the second side loses", true],
] as const) {
  test(`[I3] [I14] ${title}: ${Object.keys(CASES).join("; ")}`, () => mergeCases(new Set(), isExchanged), BOUND_MS);
}
