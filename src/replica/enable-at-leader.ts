/**
 * Where `lastword enable` is carried out: at the leader, which hears every replica that can be reached and whose rows
 * are the newest. The command asks a replica of its own computer; one that does not lead passes it on.
 */
import type { ReplicaId } from "../election/view.ts";
import type { EnableAnswer, EnableQuestion } from "../ops/control.ts";

export interface EnableDeps {
  readonly self: ReplicaId;
  readonly leaderId: () => ReplicaId | null;
  /** This replica leads a view that is active, and takes ops. */
  readonly leads: () => boolean;
  readonly gate: { enableWithout(without: readonly ReplicaId[]): Promise<EnableAnswer>; inForce(): number };
  /** Asks that replica the same; null if it does not answer. */
  readonly ask: (leader: ReplicaId, question: EnableQuestion) => Promise<EnableAnswer | null>;
}

/** What came of it. Never throws for what a peer does. */
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
