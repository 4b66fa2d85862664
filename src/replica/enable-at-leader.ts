/**
 * The leader carries out `lastword enable`, because it hears every replica that can be reached and its rows are the
 * newest. The command asks a replica on its own computer; a replica that does not lead passes the request on.
 */
import type { ReplicaId } from "../election/view.ts";
import type { EnableAnswer, EnableQuestion } from "../ops/control.ts";

export interface EnableDeps {
  readonly self: ReplicaId;
  readonly leaderId: () => ReplicaId | null;
  /** True while this replica leads an active view and takes ops. */
  readonly leads: () => boolean;
  readonly gate: { enableWithout(without: readonly ReplicaId[]): Promise<EnableAnswer>; inForce(): number };
  /** Passes the question on to the leader; null if it does not answer. */
  readonly ask: (leader: ReplicaId, question: EnableQuestion) => Promise<EnableAnswer | null>;
}

/** Carries out the command here or at the leader, and returns the result. Never throws because of a peer. */
export async function enableAtLeader(
  { without, passedOn }: EnableQuestion,
  { self, leaderId, leads, gate, ask }: EnableDeps,
): Promise<EnableAnswer> {
  if (leads()) return await gate.enableWithout(without);
  const refused = (why: string): EnableAnswer => ({ enabled: null, before: gate.inForce(), by: self, lacking: [why] });
  const leader = leaderId();
  if (leader === null) return refused("no replica leads; try again when one does");
  if (leader === self || passedOn) return refused("the leadership is changing; try again");
  return (await ask(leader, { without, passedOn: true })) ?? refused(`replica ${leader}, which leads, does not answer`);
}
