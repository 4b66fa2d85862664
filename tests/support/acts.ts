/** One act of a client for each kind of op, for tests that kill a replica while it is under way. */
import type { OpKind } from "../../src/chat/kinds/kinds.ts";
import { IN_TESTS } from "../kinds/all.ts";
import type { Act, Team } from "./acting.ts";

/** The kinds that a client's request makes. */
export const ACTED: readonly OpKind[] = [...IN_TESTS].flatMap(([kind, { act }]) =>
  typeof act === "string" ? [] : [kind],
);

/** Makes the targets of an act of this kind. */
export async function prepare(team: Team, kind: OpKind): Promise<Act> {
  const { act } = IN_TESTS.get(kind)!;
  if (typeof act === "string") throw new Error(`${kind}: ${act}`);
  return { kind, ...(await act(team)) };
}
