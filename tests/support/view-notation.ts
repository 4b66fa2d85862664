/**
 * Views as short texts, for tables in tests.
 *
 *   view("3.1.0@10 012")        ballot counter 3 of replica 1, minor 0; starts at seq 10; members 0, 1 and 2
 *   view("3.1.0@10 02'")        replica 2 with another store: its disk was wiped
 *   view("3.1.0@10 1 risk 02")  made by the recovery policy; replicas 0 and 2 may hold more
 */
import type { Ballot, Member, ReplicaId, View, ViewNo } from "../../src/election/view.ts";

/** The store id of a replica: "s2" for 2, and "s2'" after its disk was wiped. */
export function store(replicaId: ReplicaId, wiped = false): string {
  return `s${replicaId}${wiped ? "'" : ""}`;
}

/** The ballot for a text: "3.1" has counter 3 and replica 1. The nonce is derived from both. */
export function ballot(text: string): Ballot {
  const [counter, replicaId] = text.split(".").map(Number) as [number, number];
  return { counter, replicaId, nonce: `n${counter}${replicaId}` };
}

/** The view number for a text such as "3.1.0". */
export function viewNo(text: string): ViewNo {
  const [counter, replicaId, minor] = text.split(".") as [string, string, string];
  return { ballot: ballot(`${counter}.${replicaId}`), minor: Number(minor) };
}

/** The members for a text such as "012'". */
export function members(text: string): Member[] {
  return [...text.matchAll(/(\d)('?)/g)].map(([, id, wiped]) => ({
    replicaId: Number(id),
    storeId: store(Number(id), wiped === "'"),
  }));
}

/** The view for a text; see the top of this file. */
export function view(
  text: string,
  modes: Pick<View, "consistency" | "recovery"> = { consistency: "available", recovery: "any" },
): View {
  const found = /^(\d+\.\d+\.\d+)@(\d+) ([\d']+)(?: risk (\d+))?$/.exec(text);
  if (found === null) throw new Error(`not a view: ${text}`);
  const no = viewNo(found[1]!);
  return {
    no,
    startSeq: Number(found[2]),
    leader: no.ballot.replicaId,
    members: members(found[3]!),
    forkRisk: found[4] === undefined ? null : found[4].split("").map(Number),
    ...modes,
  };
}
