/**
 * Standing for election. A candidate first judges by the Beats that it has whether the others could make it leader. Only
 * then does it draw a ballot and ask for promises, so that a replica that may not lead never disturbs those that do. Raft
 * has this as the pre-vote (Ongaro, "Consensus: Bridging Theory and Practice", 9.6); here it takes no frames of its own.
 */
import type { PersistToken } from "../event.ts";
import type { Denied, Granted } from "../frame.ts";
import { compareBallots, compareViewNos, isMember, type Ballot, type ReplicaId } from "../view.ts";
import {
  betterPlaced,
  majority,
  mayLead,
  newestView,
  type LeadContext,
  type Supporter,
  type Verdict,
} from "./may-lead.ts";
import type { Self } from "./self.ts";

/** A stand is given up if it has not won this long after its own promise became durable. */
const STAND_MS = 400;
/** Each stand that fails makes the next one twice as long, up to this factor: the peers' disks may be slower than ours. */
const SLOWED_MAX = 16;
/** The pause before the next stand after giving up or promising to another candidate; the stagger is added to it. */
const REST_MS = 100;
/** Times the replica's id: candidates rest for different times, so that two of them do not collide again and again. */
const STAGGER_MS = 40;
/** By policy a candidate could win alone, at once. It first gives peers that hear it this long to promise. */
const POLICY_GRANT_MS = 300;
/** People are told that this replica waits for absent members after this long. A failover takes less. */
const WAITING_SHOWN_MS = 1_000;
/** A better placed peer goes first; if it does not stand in this time, it does not hold us up any longer. */
const DEFERENCE_MS = 2_000;
/** The same for a peer that is only as well placed as we are and has the lower id. */
const STAGGERED_MS = 60;
/** A replica that was restarted or paused, or would lead alone, first listens this long for peers that may lead already. */
const LISTEN_MS = 500;

/** One attempt to become leader. */
interface Stand {
  readonly ballot: Ballot;
  /** Of the promise to ourselves. */
  readonly ownToken: PersistToken;
  ownDurable: boolean;
  /** The ballot of the leader that asked us to stand. */
  readonly handoff: Ballot | null;
  /** The patience of the recovery policy had run out when the stand began. */
  readonly policy: boolean;
  readonly grants: Map<ReplicaId, Supporter>;
  readonly boots: Map<ReplicaId, string>;
  /** Since our own promise became durable. */
  ms: number;
}

/** A won stand: what Leadership.begin needs. */
export interface Won {
  readonly ballot: Ballot;
  readonly verdict: Extract<Verdict, { lead: true }>;
  readonly grants: readonly Supporter[];
  readonly boots: ReadonlyMap<ReplicaId, string>;
}

/** Candidacy of one replica: idle, resting or standing. Times are in ms of on-time ticks. */
export class Standing {
  #stand: Stand | null = null;
  #restMs = 0;
  #slowed = 1;
  /** For how long a better placed peer has been given precedence; 0 if none was. */
  #deferredMs = 0;
  /** For how long nobody has led and only absent members have kept us from leading. */
  #waitedMs = 0;
  #waitedFor: readonly ReplicaId[] = [];
  #listenedMs = 0;
  readonly #self: Self;
  readonly #me: () => Supporter;
  readonly #nonce: () => string;

  constructor(self: Self, me: () => Supporter, nonce: () => string) {
    this.#self = self;
    this.#me = me;
    this.#nonce = nonce;
  }

  standing(): boolean {
    return this.#stand !== null;
  }

  /** Members of the last view that recovery waits for; empty if it does not wait. */
  waitingFor(): readonly ReplicaId[] {
    return this.#waitedMs >= WAITING_SHOWN_MS ? this.#waitedFor : [];
  }

  /** See CoreStatus. Under the policy "any" the wait ends by itself. */
  lacksReplicas(): boolean {
    const { identity, peers } = this.#self;
    if (identity.recovery !== "any" && this.waitingFor().length > 0) return true;
    const heard = peers.ids.filter((id) => peers.hears(id)).length;
    return identity.consistency === "strict" && heard + 1 < majority(identity.configured.length);
  }

  giveUp(): void {
    this.#stand = null;
  }

  /** Somebody leads, or another candidate has our promise: all clocks start anew. */
  reset(): void {
    this.#stand = null;
    this.#deferredMs = 0;
    this.#waitedMs = 0;
    this.#waitedFor = [];
  }

  /** Somebody leads. */
  settled(): void {
    this.#slowed = 1;
  }

  /** Another candidate has our promise: let it win first. */
  rest(): void {
    this.#stand = null;
    this.#restMs = REST_MS + STAGGER_MS * this.#self.identity.replicaId;
  }

  /** After a restart or a pause: we must first hear what the peers have done. */
  listen(): void {
    this.#listenedMs = 0;
  }

  tick(elapsedMs: number): void {
    this.#listenedMs += elapsedMs;
    this.#restMs = Math.max(0, this.#restMs - elapsedMs);
    if (this.#stand !== null) {
      if (this.#stand.ownDurable) this.#stand.ms += elapsedMs;
      if (this.#stand.ms >= STAND_MS * this.#slowed) {
        this.#slowed = Math.min(this.#slowed * 2, SLOWED_MAX);
        this.rest();
      }
    }
    this.#waitedMs = this.#waitedFor.length > 0 ? this.#waitedMs + elapsedMs : 0;
    if (this.#deferredMs > 0) this.#deferredMs += elapsedMs;
  }

  /** Stands if the Beats say that this replica may lead and that no better placed one will. Only without a leader. */
  consider(): void {
    if (this.#stand !== null || this.#restMs > 0) return;
    const me = this.#me();
    const supporters = [me, ...this.#likelySupporters()];
    const verdict = mayLead(me, supporters, this.#context());
    if (!verdict.lead) {
      const inNewest = verdict.newest !== null && isMember(verdict.newest, me.replicaId, me.storeId);
      this.#waitedFor = inNewest || me.eligible ? verdict.missing : [];
      return;
    }
    if ((verdict.members.length === 1 || !me.active) && this.#listenedMs < LISTEN_MS && this.#self.peers.anyUnknown())
      return;
    const patience = this.#deferenceMs(me, supporters);
    if (patience > 0) {
      if (this.#deferredMs === 0) this.#deferredMs = 1;
      if (this.#deferredMs < patience) return;
    }
    this.begin(null);
  }

  /** The peer with most of a newest view that names us and that we lack: we may lead once we have fetched its tail. */
  tailHolder(): ReplicaId | null {
    const me = this.#me();
    const others = this.#likelySupporters();
    const newest = newestView([me, ...others]);
    if (newest === null || !isMember(newest, me.replicaId, me.storeId)) return null;
    if (me.view !== null && compareViewNos(me.view.no, newest.no) === 0) return null;
    const holders = others.filter((o) => o.view !== null && compareViewNos(o.view.no, newest.no) === 0);
    holders.sort((a, b) => b.lastSeq - a.lastSeq);
    return holders[0]?.replicaId ?? null;
  }

  /** Draws a ballot and asks everyone for promises. `handoff`: the ballot of the leader that asked us to. */
  begin(handoff: Ballot | null): void {
    const { log, peers, identity } = this.#self;
    let counter = log.promised.counter;
    for (const id of peers.ids) counter = Math.max(counter, peers.lastBeat(id)?.promised.counter ?? 0);
    const ballot: Ballot = { counter: counter + 1, replicaId: identity.replicaId, nonce: this.#nonce() };
    // If we die before this promise is durable, the nonce still keeps the ballot unique; and we count ourselves only
    // once it is durable.
    const ownToken = log.promise(ballot);
    const policy = this.#policyDue();
    this.#stand = { ballot, ownToken, ownDurable: false, handoff, policy, grants: new Map(), boots: new Map(), ms: 0 };
    for (const id of peers.ids) {
      if (peers.hears(id)) this.#self.emit({ type: "send", to: id, frame: { type: "promise", ballot, handoff } });
    }
  }

  /** The peer does not hear a leader any more: ask again, unless it has promised. */
  askAgain(peer: ReplicaId): void {
    const stand = this.#stand;
    if (stand === null || stand.grants.has(peer)) return;
    this.#self.emit({
      type: "send",
      to: peer,
      frame: { type: "promise", ballot: stand.ballot, handoff: stand.handoff },
    });
  }

  onPersisted(token: PersistToken): void {
    if (this.#stand !== null && token >= this.#stand.ownToken) this.#stand.ownDurable = true;
  }

  onGranted(from: ReplicaId, granted: Granted): void {
    const stand = this.#stand;
    if (stand === null || compareBallots(granted.ballot, stand.ballot) !== 0) return;
    const { storeId, active, eligible, admitted, leaving, view, lastSeq } = granted;
    stand.grants.set(from, { replicaId: from, storeId, active, eligible, admitted, leaving, view, lastSeq });
    stand.boots.set(from, granted.bootId);
  }

  onDenied(denied: Denied): void {
    const stand = this.#stand;
    if (stand === null || compareBallots(denied.ballot, stand.ballot) !== 0) return;
    if (compareBallots(denied.promised, stand.ballot) > 0) this.rest();
  }

  /** The ballot is won if our own promise is durable and the promises together allow it. */
  won(): Won | null {
    const stand = this.#stand;
    if (stand === null || !stand.ownDurable) return null;
    if (
      stand.policy &&
      stand.ms < POLICY_GRANT_MS &&
      this.#likelySupporters().some((s) => !stand.grants.has(s.replicaId))
    ) {
      return null;
    }
    const me = this.#me();
    const grants = [me, ...stand.grants.values()];
    const context = { ...this.#context(), policyDue: stand.policy };
    const verdict = mayLead(me, grants, context);
    if (!verdict.lead) return null;
    // A granter turned out to have the longer log: it is the better leader, unless we were asked to lead.
    const better = grants.some((g) => g.replicaId !== me.replicaId && this.#isPeerInOwnView(g) && betterPlaced(g, me));
    if (better && stand.handoff === null && this.#deferredMs < DEFERENCE_MS) {
      if (this.#deferredMs === 0) this.#deferredMs = 1;
      this.rest();
      return null;
    }
    return { ballot: stand.ballot, verdict, grants, boots: stand.boots };
  }

  #context(): LeadContext {
    const { identity, peers } = this.#self;
    return {
      identity,
      gone: (member, view, sole) => peers.gone(member, view.no, sole),
      policyDue: this.#policyDue(),
    };
  }

  #policyDue(): boolean {
    return this.#waitedMs >= this.#self.timing.policyMs;
  }

  /** Reachable peers that would promise: by their latest Beat they hear no leader, or call us their leader. */
  #likelySupporters(): Supporter[] {
    const { peers, identity } = this.#self;
    const supporters: Supporter[] = [];
    for (const id of peers.ids) {
      const beat = peers.lastBeat(id);
      if (beat === null || !peers.reach(id)) continue;
      if (beat.leaderId !== null && beat.leaderId !== identity.replicaId) continue;
      const { storeId, active, eligible, admitted, leaving, view, lastSeq } = beat;
      supporters.push({ replicaId: id, storeId, active, eligible, admitted, leaving, view, lastSeq });
    }
    return supporters;
  }

  /** How long we let a peer go first that can win as well as we: it has a newer view, a longer log, or a lower id. */
  #deferenceMs(me: Supporter, supporters: readonly Supporter[]): number {
    let ms = 0;
    for (const s of supporters) {
      if (s.replicaId === me.replicaId || !this.#isPeerInOwnView(s) || s.leaving) continue;
      if (betterPlaced(s, me)) return DEFERENCE_MS;
      if (!betterPlaced(me, s) && s.replicaId < me.replicaId) ms = STAGGERED_MS;
    }
    return ms;
  }

  #isPeerInOwnView(s: Supporter): boolean {
    return s.view !== null && isMember(s.view, s.replicaId, s.storeId);
  }
}
