/** Releases for tests that need no particular ones. */
import type { Release } from "../../src/election/release.ts";

/** The only release, or the first of two. */
export const FIRST: Release = { version: "0.1.0", peerOldest: 1, peerNewest: 1, opFormat: 1, schema: 1 };

/** The next release: it has one more frame, one more kind of op and one more column. */
export const SECOND: Release = { version: "0.2.0", peerOldest: 1, peerNewest: 2, opFormat: 2, schema: 2 };
