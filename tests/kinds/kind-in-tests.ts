/** What an op kind owes to the tests that go through all kinds: one file of this folder each, under the kind's name. */
import type fc from "fast-check";
import type { OpBody } from "../../src/chat/kinds/kinds.ts";
import type { Habit } from "../simulation/residents.ts";
import type { Act, Team } from "../support/acting.ts";
import type { Pieces } from "../support/random-ops.ts";

export interface KindInTests {
  /** The request of a client that makes the op, and how its effect is recognised; a text: why no request makes one. */
  readonly act: ((team: Team) => Promise<Omit<Act, "kind">>) | string;
  /** When a resident of the simulated house does it; a text: why none does. */
  readonly habit: Habit | string;
  /** Ops for logs of chance, and how often; none: rows-random.test.ts makes them together with those of other kinds. */
  readonly random?: (of: Pieces) => { readonly weight: number; readonly arbitrary: fc.Arbitrary<OpBody> };
}
