/**
 * The cluster as this replica sees it, for status, page and calls: the core's view of
 * itself and its peers, what they said about themselves, and what happened lately.
 */
import { CLUSTER_EVENTS_MAX } from "../election/cluster-status.ts";
import type {
  ClusterEventJson,
  ClusterStatusJson,
  ReplicaState,
  ReplicaStatusJson,
} from "../election/cluster-status.ts";
import type { CoreStatus } from "../election/core-status.ts";
import type { Notice } from "../election/event.ts";
import type { Beat } from "../election/frame.ts";
import { printViewNo, type ReplicaId, type View } from "../election/view.ts";
import type { ReplicaFacts } from "./gossip.ts";

export interface ReportDeps {
  readonly self: ReplicaId;
  readonly configured: readonly ReplicaId[];
  readonly consistency: View["consistency"];
  readonly recovery: View["recovery"];
  readonly clusterId: () => string;
  readonly status: () => CoreStatus;
  readonly applied: () => number;
  readonly notWritable: () => string | null;
  readonly peerBeat: (peer: ReplicaId) => Beat | null;
  /** Of a living replica, this one included. */
  readonly factsOf: (id: ReplicaId) => ReplicaFacts | null;
  /** Last known addresses of a replica that is not heard, and whether its process is gone for sure. */
  readonly lastKnown: (id: ReplicaId) => { readonly grpc: string; readonly web: string; readonly gone: boolean } | null;
  /** Monotonic ms. */
  readonly now: () => number;
}

const WAIT_TOLD_AFTER_MS = 1000;

/** Collects notices and answers status. */
export class StatusReport {
  readonly #deps: ReportDeps;
  readonly #events: ClusterEventJson[] = [];
  #lastFailover: ClusterStatusJson["lastFailover"] = null;
  #leader: ReplicaId | null = null;
  /** When the last leader was lost, monotonic ms. */
  #leaderLostAt: number | null = null;
  #view: View | null = null;
  /** Whom this replica waits for; most waits are over before anybody could read of them. */
  #wait: { readonly missing: readonly ReplicaId[]; readonly since: number; told: boolean } | null = null;

  constructor(deps: ReportDeps) {
    this.#deps = deps;
  }

  onNotice(notice: Notice): void {
    switch (notice.kind) {
      case "role":
        this.#onLeader(notice.leaderId);
        return;
      case "view":
        this.#onView(notice.view);
        return;
      case "merge":
        this.#event(
          "merge",
          `The history of replica ${this.#deps.self} was merged into that of replica ${notice.winner}; ${notice.ops} entries are proposed again.`,
        );
        return;
      case "waiting":
        this.#wait = { missing: notice.missing, since: this.#wait?.since ?? this.#deps.now(), told: false };
        return;
      case "paused":
        this.#event("recovery", `Replica ${this.#deps.self} stood still for ${(notice.ms / 1000).toFixed(1)} s.`);
        return;
    }
  }

  status(): ClusterStatusJson {
    this.#tellWait();
    const { self, configured, consistency, recovery, clusterId } = this.#deps;
    const core = this.#deps.status();
    const reason = this.#deps.notWritable();
    const members = core.view?.members.map((member) => member.replicaId) ?? [];
    return {
      version: 1,
      clusterId: clusterId(),
      self,
      consistency,
      recovery,
      writable: reason === null,
      reason,
      view: {
        no: core.view === null ? "0.0.0" : printViewNo(core.view.no),
        leader: core.leaderId,
        members,
        configured,
        forkRisk: core.view?.forkRisk ?? null,
      },
      protected: reason === null ? this.#protected(core, members) : 0,
      seq: { committed: core.commit, applied: this.#deps.applied() },
      replicas: configured.map((id) => (id === self ? this.#ownStatus(core) : this.#peerStatus(id, core))),
      lastFailover: this.#lastFailover,
      events: this.#events,
    };
  }

  /** How many members may die before something is lost, or, in strict mode, stops. */
  #protected(core: CoreStatus, members: readonly ReplicaId[]): number {
    const { self, peerBeat, consistency, configured } = this.#deps;
    const able = members.filter((id) => (id === self ? core.active : peerBeat(id)?.active === true)).length;
    if (consistency === "available") return Math.max(0, able - 1);
    return Math.max(0, able - (Math.floor(configured.length / 2) + 1));
  }

  #ownStatus(core: CoreStatus): ReplicaStatusJson {
    const applied = this.#deps.applied();
    const known = { durable: core.durableSeq, applied, lag: Math.max(0, core.commit - applied) };
    return { id: this.#deps.self, state: core.role, ...facts(this.#deps.factsOf(this.#deps.self)), ...known };
  }

  #peerStatus(id: ReplicaId, core: CoreStatus): ReplicaStatusJson {
    const beat = this.#deps.peerBeat(id);
    const last = this.#deps.lastKnown(id);
    if (beat === null) {
      const state: ReplicaState = last?.gone === true ? "stopped" : "unreachable";
      const addresses = { grpc: last?.grpc ?? null, web: last?.web ?? null };
      return { id, state, ...facts(null), ...addresses, durable: null, applied: null, lag: null };
    }
    const said = facts(this.#deps.factsOf(id));
    return {
      id,
      state: beat.role,
      ...said,
      bootId: beat.bootId,
      grpc: said.grpc ?? last?.grpc ?? null,
      web: said.web ?? last?.web ?? null,
      durable: beat.durableSeq,
      applied: beat.commit,
      lag: Math.max(0, core.commit - beat.commit),
    };
  }

  #tellWait(): void {
    const wait = this.#wait;
    if (wait === null || wait.told || this.#deps.now() - wait.since < WAIT_TOLD_AFTER_MS) return;
    wait.told = true;
    this.#event("recovery", `Waiting for ${list(wait.missing)}, which may hold newer messages.`);
  }

  #onLeader(leaderId: ReplicaId | null): void {
    if (leaderId !== this.#leader && this.#leader !== null) this.#leaderLostAt ??= this.#deps.now();
    if (leaderId !== null && leaderId === this.#leader) this.#leaderLostAt = null;
  }

  #onView(view: View): void {
    const before = this.#view;
    this.#view = view;
    if (this.#leader !== null && view.leader !== this.#leader) {
      const ms = Math.round(this.#deps.now() - (this.#leaderLostAt ?? this.#deps.now()));
      this.#lastFailover = { at: new Date().toISOString(), ms, from: this.#leader, to: view.leader };
      this.#event("failover", `Replica ${view.leader} leads, after replica ${this.#leader} (${ms} ms).`);
    }
    this.#leader = view.leader;
    this.#leaderLostAt = null;
    if (before !== null) this.#membersChanged(before, view);
    if (view.forkRisk !== null && view.forkRisk.length > 0) {
      this.#event(
        "recovery",
        `Going on without ${list(view.forkRisk)}, which may hold messages that are not visible yet.`,
      );
    } else if (this.#wait?.told === true) {
      this.#event("recovery", `The wait for ${list(this.#wait.missing)} is over.`);
    }
    this.#wait = null;
  }

  #membersChanged(before: View, view: View): void {
    const ids = (of: View): ReplicaId[] => of.members.map((member) => member.replicaId);
    for (const id of ids(view)) if (!ids(before).includes(id)) this.#event("join", `Replica ${id} is in step.`);
    for (const id of ids(before)) {
      if (!ids(view).includes(id)) this.#event("leave", `Replica ${id} is out; the others go on.`);
    }
  }

  #event(kind: ClusterEventJson["kind"], text: string): void {
    this.#events.push({ at: new Date().toISOString(), kind, text });
    if (this.#events.length > CLUSTER_EVENTS_MAX) this.#events.shift();
  }
}

function list(ids: readonly ReplicaId[]): string {
  return ids.length === 1 ? `replica ${ids[0]}` : `replicas ${ids.join(" and ")}`;
}

function facts(said: ReplicaFacts | null) {
  return {
    pid: said?.pid ?? null,
    bootId: said?.bootId ?? null,
    version: said?.version ?? null,
    grpc: said?.grpc ?? null,
    web: said?.web ?? null,
    since: said?.since ?? null,
  };
}
