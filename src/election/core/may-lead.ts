/**
 * R5, the central predicate of the protocol: may a candidate lead with the replicas that promised its ballot? It is
 * applied to Beats before standing, so that nobody promises in vain, and then to the promises themselves. Recovery after
 * a total failure follows Skeen, "Determining the Last Process to Fail" (1985): wait for the members of the last view.
 */
import type { Identity } from "../event.ts";
import { compareViewNos, isMember, type Member, type ReplicaId, type Seq, type View } from "../view.ts";

/** A replica that counts for a candidate: the candidate itself, or one that promised, or would. */
export interface Supporter {
  readonly replicaId: ReplicaId;
  readonly storeId: string;
  /** In the newest active view that it knows, without interruption. */
  readonly active: boolean;
  /** Its store was in an active view once and is not in the middle of a roll-back. */
  readonly eligible: boolean;
  /** Its store was in an active view once. */
  readonly admitted: boolean;
  /** It consents to be dropped from the view. */
  readonly leaving: boolean;
  /** The last view of its log; null while that is empty. */
  readonly view: View | null;
  readonly lastSeq: Seq;
}

/**
 * Whether the candidate may lead, and with which members. `forkRisk` are replicas that may hold acknowledged entries
 * which this branch lacks; `missing` are members of the newest view without which it may not lead.
 */
export type Verdict =
  | { readonly lead: true; readonly members: readonly Member[]; readonly forkRisk: readonly ReplicaId[] | null }
  | { readonly lead: false; readonly newest: View | null; readonly missing: readonly ReplicaId[] };

/** What the predicate asks of the rest of the core. */
export interface LeadContext {
  readonly identity: Identity;
  /** See PeerTable.gone. */
  gone(member: Member, view: View, sole: boolean): boolean;
  /** The patience of the recovery policy has run out. */
  readonly policyDue: boolean;
}

/** Replicas needed for a majority of the configured ones. */
export function majority(configured: number): number {
  return Math.floor(configured / 2) + 1;
}

/** The newest view held by any supporter; null if all logs are empty. */
export function newestView(supporters: readonly Supporter[]): View | null {
  let newest: View | null = null;
  for (const { view } of supporters) {
    if (view !== null && (newest === null || compareViewNos(view.no, newest.no) > 0)) newest = view;
  }
  return newest;
}

/** `me` must be among the supporters. */
export function mayLead(me: Supporter, supporters: readonly Supporter[], context: LeadContext): Verdict {
  const newest = newestView(supporters);
  if (newest === null || me.view === null) return { lead: false, newest, missing: [] };
  const holdsNewest = compareViewNos(me.view.no, newest.no) === 0 && isMember(newest, me.replicaId, me.storeId);
  const inS = (m: Member) => supporters.some((s) => s.replicaId === m.replicaId && s.storeId === m.storeId);
  const missing = newest.members.filter((m) => !inS(m));
  const verdict =
    context.identity.consistency === "strict"
      ? strictVerdict(me, newest, supporters, holdsNewest, context)
      : availableVerdict(me, newest, missing, supporters, holdsNewest, context);
  if (verdict !== null) return { lead: true, members: verdict, forkRisk: null };
  if (policyAllows(me, supporters, context)) {
    const members = membersFrom(newest, supporters, me, true);
    return { lead: true, members, forkRisk: missing.map((m) => m.replicaId) };
  }
  return { lead: false, newest, missing: missing.map((m) => m.replicaId) };
}

function availableVerdict(
  me: Supporter,
  newest: View,
  missing: readonly Member[],
  supporters: readonly Supporter[],
  holdsNewest: boolean,
  context: LeadContext,
): readonly Member[] | null {
  // Every acknowledged entry of `newest` is on each of its members, so a member that holds the view has all of them. A
  // member that lacks the view must fetch the tail first (Following.askForTail).
  if (!holdsNewest) return null;
  const members = membersFrom(newest, supporters, me, false);
  if (members.length === 0) return null;
  if (missing.length === 0) return members;
  const sole = members.length === 1;
  const activeMember = supporters.some((s) => s.active && isMember(newest, s.replicaId, s.storeId));
  if (activeMember && missing.every((m) => context.gone(m, newest, sole))) return members;
  return null;
}

function strictVerdict(
  me: Supporter,
  newest: View,
  supporters: readonly Supporter[],
  holdsNewest: boolean,
  context: LeadContext,
): readonly Member[] | null {
  if (!holdsNewest) return null;
  const { identity } = context;
  const needed = majority(identity.configured.length);
  // A wiped disk has no vote, because that vote could help to forget what its old store acknowledged.
  const counted = supporters.filter((s) => s.admitted || (identity.creator && s.replicaId === identity.replicaId));
  // All members of the newest view are here with the disks it names, and nothing was acknowledged without one of them.
  // This also lets the creator's first views continue, which are still below a majority.
  if (newest.members.every((m) => supporters.some((s) => sameStore(s, m)))) {
    const staying = membersFrom(newest, supporters, me, false);
    return staying.length >= needed ? staying : newest.members;
  }
  if (counted.length < needed) return null;
  const kept = membersFrom(newest, supporters, me, false);
  if (kept.length >= needed) return kept;
  if (!me.admitted) return null;
  const members = sortMembers(counted.filter((s) => s.replicaId === me.replicaId || !s.leaving));
  return members.length >= needed ? members : null;
}

function policyAllows(me: Supporter, supporters: readonly Supporter[], context: LeadContext): boolean {
  const { identity, policyDue } = context;
  if (identity.consistency === "strict" || !policyDue || !me.eligible) return false;
  if (identity.recovery === "wait") return false;
  if (identity.recovery === "majority" && supporters.length < majority(identity.configured.length)) return false;
  return !supporters.some((s) => s.eligible && s.replicaId !== me.replicaId && betterPlaced(s, me));
}

/** `a` has a newer view than `b`, or the same view and a longer log. */
export function betterPlaced(
  a: { readonly view: View | null; readonly lastSeq: Seq },
  b: { readonly view: View | null; readonly lastSeq: Seq },
): boolean {
  if (a.view === null) return false;
  if (b.view === null) return true;
  const order = compareViewNos(a.view.no, b.view.no);
  return order > 0 || (order === 0 && a.lastSeq > b.lastSeq);
}

/** Supporters that were in the view and stay. The candidate stays even while it is stopping: it leads so as to stop last. */
function membersFrom(view: View, supporters: readonly Supporter[], me: Supporter, addMe: boolean): readonly Member[] {
  const staying = supporters.filter((s) => {
    const isMe = s.replicaId === me.replicaId;
    return isMember(view, s.replicaId, s.storeId) ? isMe || !s.leaving : isMe && addMe;
  });
  return sortMembers(staying);
}

function sortMembers(supporters: readonly Supporter[]): readonly Member[] {
  return supporters.map(({ replicaId, storeId }) => ({ replicaId, storeId })).sort((a, b) => a.replicaId - b.replicaId);
}

function sameStore(s: Supporter, m: Member): boolean {
  return s.replicaId === m.replicaId && s.storeId === m.storeId;
}
