/**
 * The cluster as this replica sees it, for status, page and calls: what the core knows about
 * itself and its peers, what they say about themselves, and recent events.
 */
import type { ClusterStatusJson, FormatsJson, ReplicaState, ReplicaStatusJson, UnreadJson } from "./cluster-status.ts";
import type { CoreStatus } from "../election/core/core-status.ts";
import type { Notice } from "../election/event.ts";
import type { Beat } from "../election/frame.ts";
import type { Release } from "../election/release.ts";
import { printViewNo, viewNoKey, type ReplicaId, type View } from "../election/view.ts";
import type { Chronicle } from "./chronicle.ts";
import type { ReplicaFacts } from "./replica-facts.ts";

/** What {@link StatusReport} needs. */
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
  /** What a living replica, or this one, says about itself; null if not known. */
  readonly factsOf: (id: ReplicaId) => ReplicaFacts | null;
  /** Last known addresses of a replica that is not heard. */
  readonly lastKnown: (id: ReplicaId) => { readonly grpc: string; readonly web: string } | null;
  readonly chronicle: Chronicle;
  readonly gate: {
    releaseOf(id: ReplicaId): Release | null;
    unreadOf(peer: ReplicaId): readonly UnreadJson[];
    heldOpsOf(id: ReplicaId): number;
    formats(): FormatsJson;
  };
  /** How many files of messages a replica lacks; null if that is not known. */
  readonly filesLacking: (id: ReplicaId) => number | null;
  /** Whether there are files of messages. */
  readonly hasFiles: () => boolean;
  /** By how many ms each wrong clock is ahead; see ReplicaStatusJson. */
  readonly clocksOff: () => ReadonlyMap<ReplicaId, number>;
  /** Monotonic ms. */
  readonly now: () => number;
}

/** A wait becomes an event after this time, because most waits are over before anybody could read of them. */
const WAIT_TOLD_AFTER_MS = 1000;

/** Turns the core's notices into events, and answers status. */
export class StatusReport {
  readonly #deps: ReportDeps;
  #leader: ReplicaId | null = null;
  /** When the last leader was lost, monotonic ms. */
  #leaderLostAt: number | null = null;
  #view: View | null = null;
  /** The replicas that this one waits for, since when (monotonic ms), and whether that became an event. */
  #wait: { readonly missing: readonly ReplicaId[]; readonly since: number; told: boolean } | null = null;

  constructor(deps: ReportDeps) {
    this.#deps = deps;
  }

  /** Takes a notice of the core. */
  onNotice(notice: Notice): void {
    switch (notice.kind) {
      case "role":
        this.#onLeader(notice.leaderId);
        return;
      case "view":
        this.#onView(notice.view);
        return;
      case "merge":
        this.#deps.chronicle.add(
          "merge",
          `The history of replica ${this.#deps.self} was merged into that of replica ${notice.winner}; ${notice.ops} ${notice.ops === 1 ? "entry is" : "entries are"} proposed again.`,
        );
        return;
      case "waiting":
        this.#wait = { missing: notice.missing, since: this.#wait?.since ?? this.#deps.now(), told: false };
        return;
      case "paused":
        this.#deps.chronicle.add(
          "recovery",
          `Replica ${this.#deps.self} was paused for ${(notice.ms / 1000).toFixed(1)} s.`,
        );
        return;
    }
  }

  /** The cluster as this replica sees it at this moment. */
  status(): ClusterStatusJson {
    this.#tellWait();
    const { self, configured, consistency, recovery, clusterId } = this.#deps;
    const core = this.#deps.status();
    const reason = this.#deps.notWritable();
    const clocksOff = this.#deps.clocksOff();
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
      ...this.#files(members),
      seq: { committed: core.commit, applied: this.#deps.applied() },
      formats: this.#deps.gate.formats(),
      replicas: configured.map((id) => {
        const status = id === self ? this.#ownStatus(core) : this.#peerStatus(id, core);
        const ms = clocksOff.get(id);
        const release = this.#deps.gate.releaseOf(id);
        const unread = this.#deps.gate.unreadOf(id);
        const heldOps = this.#deps.gate.heldOpsOf(id);
        const filesLacking = this.#deps.filesLacking(id) ?? 0;
        return {
          ...status,
          ...(ms === undefined ? {} : { clockOffMs: Math.round(ms) }),
          ...(release === null ? {} : { version: release.version, release }),
          ...(heldOps === 0 ? {} : { heldOps }),
          ...(filesLacking === 0 ? {} : { filesLacking }),
          ...(unread.length === 0 ? {} : { unread }),
        };
      }),
      lastFailover: this.#deps.chronicle.lastFailover,
      events: this.#deps.chronicle.events,
    };
  }

  #files(members: readonly ReplicaId[]): Pick<ClusterStatusJson, "filesOn"> {
    if (!this.#deps.hasFiles()) return {};
    const having = members.filter((id) => this.#deps.filesLacking(id) === 0).length;
    return having === members.length ? {} : { filesOn: having };
  }

  /** How many members may die before ops are lost or, in strict mode, the cluster stops. */
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
      const state: ReplicaState = this.#deps.chronicle.saidStop(id) ? "stopped" : "unreachable";
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
      applied: beat.applied ?? null,
      lag: beat.applied === undefined ? null : Math.max(0, core.commit - beat.applied),
    };
  }

  #tellWait(): void {
    const wait = this.#wait;
    if (wait === null || wait.told || this.#deps.now() - wait.since < WAIT_TOLD_AFTER_MS) return;
    wait.told = true;
    // The id is the same at every waiting replica, so that the wait is shown once.
    const { view } = this.#deps.status();
    const id = `${view === null ? "" : viewNoKey(view.no)} waits ${wait.missing.join()}`;
    this.#deps.chronicle.add("recovery", `Waiting for ${list(wait.missing)}, which may hold newer messages.`, { id });
  }

  #onLeader(leaderId: ReplicaId | null): void {
    if (leaderId !== this.#leader && this.#leader !== null) this.#leaderLostAt ??= this.#deps.now();
    if (leaderId !== null && leaderId === this.#leader) this.#leaderLostAt = null;
  }

  /** Only the leader of a view records what the view changed, because it has measured the times itself. */
  #onView(view: View): void {
    const { chronicle, self } = this.#deps;
    const before = this.#view;
    const key = viewNoKey(view.no);
    this.#view = view;
    if (view.leader === self) {
      if (this.#leader !== null && view.leader !== this.#leader) {
        const ms = Math.round(this.#deps.now() - (this.#leaderLostAt ?? this.#deps.now()));
        const text = `Replica ${view.leader} took over from replica ${this.#leader} in ${ms} ms.`;
        chronicle.add("failover", text, { id: `${key} leads`, failover: { ms, from: this.#leader, to: view.leader } });
      }
      if (before !== null) this.#membersChanged(before, view, key);
      if (view.forkRisk !== null && view.forkRisk.length > 0) {
        const text = `Continuing without ${list(view.forkRisk)}, which may hold messages that are not visible yet.`;
        chronicle.add("recovery", text, { id: `${key} risk` });
      } else if (this.#wait?.told === true) {
        chronicle.add("recovery", `The wait for ${list(this.#wait.missing)} is over.`, { id: `${key} waited` });
      }
    }
    this.#leader = view.leader;
    this.#leaderLostAt = null;
    this.#wait = null;
  }

  #membersChanged(before: View, view: View, key: string): void {
    const { chronicle } = this.#deps;
    const ids = (of: View): ReplicaId[] => of.members.map((member) => member.replicaId);
    for (const id of ids(view)) {
      if (!ids(before).includes(id)) chronicle.add("join", `Replica ${id} is in step.`, { id: `${key} join ${id}` });
    }
    for (const id of ids(before)) {
      if (ids(view).includes(id)) continue;
      chronicle.add("leave", `Replica ${id} is no longer in step; the others carry on.`, { id: `${key} leave ${id}` });
    }
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
