/**
 * Standing for election. First on paper: would the replicas whose Beats we have make us
 * leader? Only then is a ballot drawn and promises asked for, so that a replica that may
 * not lead never disturbs those that do.
 */
import type { PersistToken } from "../event.ts";
import type { Denied, Granted } from "../frame.ts";
import type { CoreParts } from "./core-parts.ts";
import {
  betterPlaced,
  majority,
  mayLead,
  newestView,
  type LeadContext,
  type Supporter,
  type Verdict,
} from "./may-lead.ts";
import { compareBallots, compareViewNos, isMember, type Ballot, type ReplicaId } from "../view.ts";

/** A stand that did not win by then is given up; counted from its own promise being durable. */
const STAND_MS = 400;
/** Each stand in vain makes the next one twice as long, up to so many times: the peers' disks may be slower than ours. */
const SLOWED_MAX = 16;
/** After giving up, or after promising to another, this long before standing again; plus the stagger. */
const REST_MS = 100;
/** Candidates rest in the order of their ids, so that two do not meet again and again. */
const STAGGER_MS = 40;
/** By policy a candidate alone could win at once: peers that hear it are given this long to promise. */
const POLICY_GRANT_MS = 300;
/** Waiting for absent members is told to people after this long; shorter is every failover. */
const WAITING_SHOWN_MS = 1_000;
/** A better placed peer that does not stand in this time does not hold us up any longer. */
const DEFERENCE_MS = 2_000;
/** The same for a peer as well placed as we are that only has the lower id. */
const STAGGERED_MS = 60;

/** After a start, a replica that could lead first listens this long for peers that may be leading already. */
const LISTEN_MS = 500;

interface Stand {
  readonly ballot: Ballot;
  readonly ownToken: PersistToken;
  ownDurable: boolean;
  readonly handoff: Ballot | null;
  readonly policy: boolean;
  readonly grants: Map<ReplicaId, Supporter>;
  readonly boots: Map<ReplicaId, string>;
  ms: number;
}

/** A won stand: what Leadership.begin needs. */
export interface Won {
  readonly ballot: Ballot;
  readonly verdict: Extract<Verdict, { lead: true }>;
  readonly grants: readonly Supporter[];
  readonly boots: ReadonlyMap<ReplicaId, string>;
}

/** Candidacy of one replica: idle, resting or standing. */
export class Standing {
  #stand: Stand | null = null;
  #restMs = 0;
  #slowed = 1;
  #deferredMs = 0;
  /** Ms without a leader in which only absent members kept us from leading. */
  #waitedMs = 0;
  #waitedFor: readonly ReplicaId[] = [];
  #listenedMs = 0;
  readonly #core: CoreParts;
  readonly #self: () => Supporter;
  readonly #nonce: () => string;

  constructor(core: CoreParts, self: () => Supporter, nonce: () => string) {
    this.#core = core;
    this.#self = self;
    this.#nonce = nonce;
  }

  standing(): boolean {
    return this.#stand !== null;
  }

  /** Members of the last view that recovery waits for; empty if it does not wait. */
  waitingFor(): readonly ReplicaId[] {
    return this.#waitedMs >= WAITING_SHOWN_MS ? this.#waitedFor : [];
  }

  /** See CoreStatus. */
  lacksReplicas(): boolean {
    const { identity, peers } = this.#core;
    if (identity.recovery !== "any" && this.waitingFor().length > 0) return true;
    const heard = peers.ids.filter((id) => peers.hears(id)).length;
    return identity.consistency === "strict" && heard + 1 < majority(identity.configured.length);
  }

  giveUp(): void {
    this.#stand = null;
  }

  /** Somebody leads, or another was promised: start all clocks anew. */
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
    this.#restMs = REST_MS + STAGGER_MS * this.#core.identity.replicaId;
  }

  /** Restarted or paused: what the peers did meanwhile must be heard first. */
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

  /** Stands if the Beats say that it may lead and nobody better placed will. Only without a leader. */
  consider(): void {
    if (this.#stand !== null || this.#restMs > 0) return;
    const me = this.#self();
    const supporters = [me, ...this.#likelySupporters()];
    const verdict = mayLead(me, supporters, this.#context());
    if (!verdict.lead) {
      const inNewest = verdict.newest !== null && isMember(verdict.newest, me.replicaId, me.storeId);
      this.#waitedFor = inNewest || me.eligible ? verdict.missing : [];
      return;
    }
    if ((verdict.members.length === 1 || !me.active) && this.#listenedMs < LISTEN_MS && this.#core.peers.anyUnknown())
      return;
    const patience = this.#deferenceMs(me, supporters);
    if (patience > 0) {
      if (this.#deferredMs === 0) this.#deferredMs = 1;
      if (this.#deferredMs < patience) return;
    }
    this.begin(null);
  }

  /** Whose log holds a newest view that names us but that we lack: its tail must be fetched before we may lead. */
  tailHolder(): ReplicaId | null {
    const me = this.#self();
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
    const { log, peers, identity } = this.#core;
    let counter = log.promised.counter;
    for (const id of peers.ids) counter = Math.max(counter, peers.lastBeat(id)?.promised.counter ?? 0);
    const ballot: Ballot = { counter: counter + 1, replicaId: identity.replicaId, nonce: this.#nonce() };
    // The promise to ourselves may still be on its way to the disk: the nonce keeps the ballot
    // unique even if it is lost, and we count ourselves only once it is durable.
    const ownToken = log.promise(ballot);
    const policy = this.#policyDue();
    this.#stand = { ballot, ownToken, ownDurable: false, handoff, policy, grants: new Map(), boots: new Map(), ms: 0 };
    for (const id of peers.ids) {
      if (peers.hears(id)) this.#core.emit({ type: "send", to: id, frame: { type: "promise", ballot, handoff } });
    }
  }

  /** A peer that did not promise yet no longer hears a leader: ask again. */
  askAgain(peer: ReplicaId): void {
    const stand = this.#stand;
    if (stand === null || stand.grants.has(peer)) return;
    this.#core.emit({
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

  /** The ballot is won if the promises, and our own durable one, say so. */
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
    const me = this.#self();
    const grants = [me, ...stand.grants.values()];
    const context = { ...this.#context(), policyDue: stand.policy };
    const verdict = mayLead(me, grants, context);
    if (!verdict.lead) return null;
    // A longer log under the same view came to light: its holder is the better leader, unless we were asked to lead.
    const better = grants.some((g) => g.replicaId !== me.replicaId && this.#isPeerInOwnView(g) && betterPlaced(g, me));
    if (better && stand.handoff === null && this.#deferredMs < DEFERENCE_MS) {
      if (this.#deferredMs === 0) this.#deferredMs = 1;
      this.rest();
      return null;
    }
    return { ballot: stand.ballot, verdict, grants, boots: stand.boots };
  }

  #context(): LeadContext {
    const { identity, peers } = this.#core;
    return {
      identity,
      gone: (member, view, sole) => peers.gone(member, view.no, sole),
      policyDue: this.#policyDue(),
    };
  }

  #policyDue(): boolean {
    return this.#waitedMs >= this.#core.timing.policyMs;
  }

  /** Reachable peers that, by their latest Beat, hear no leader (or call us theirs) and would promise. */
  #likelySupporters(): Supporter[] {
    const { peers, identity } = this.#core;
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

  /** How long a peer that can win as well as we do goes first: for a newer view, a longer log, or only a lower id. */
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
