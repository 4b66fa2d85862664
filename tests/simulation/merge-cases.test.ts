/** Each case of merge-cases.ts, in both directions. */
import { test } from "bun:test";
import { CASES, mergeCases } from "./merge-cases.ts";

/** A few simulated minutes, on a machine that may be busy. */
const BOUND_MS = 120_000;

test(`[I3] [I14] whichever side wins: ${Object.keys(CASES).join("; ")}`, () => mergeCases(new Set()), BOUND_MS);
