/**
 * What a core tells others without being asked: Beats to its peers, notices to people. Both are sent when something
 * in them changed, Beats also every heartbeat.
 */
import type { Notice } from "../event.ts";
import type { Role } from "../frame.ts";
import { viewNoKey, type Ballot, type ReplicaId, type Seq, type View } from "../view.ts";

/** What peers judge this replica by. It is compared by identity, because it is asked for after every turn. */
export interface Bearing {
  readonly role: Role;
  readonly leaderId: ReplicaId | null;
  readonly view: View | null;
  readonly active: boolean;
  readonly leaving: boolean;
  readonly promised: Ballot;
  readonly hears: readonly ReplicaId[];
}

/** Remembers what was said last, and when. */
export class Announcer {
  #said: Bearing | null = null;
  #role: Role | null = null;
  #leaderId: ReplicaId | null = null;
  #view = "";
  #viewSeen: View | null = null;
  #waiting: readonly ReplicaId[] = [];

  /** When the last heartbeat was emitted; it may still be in this process. */
  #beatAt = Number.NEGATIVE_INFINITY;
  /** When a heartbeat was emitted that has surely left since. */
  #leftAt: number | null = null;
  /** A Beat that names our leader among those we hear was emitted since the start or a pause; and has left. */
  #namesLeader = false;
  #namedLeader = false;

  // ---------------------------------------------------------------- heartbeats

  /** At each tick. True if a heartbeat is due. What was emitted at the tick before has left the process by now. */
  beat(now: number, heartbeatMs: number): boolean {
    this.#leftAt = Number.isFinite(this.#beatAt) ? this.#beatAt : null;
    this.#namedLeader ||= this.#namesLeader;
    const isDue = now - this.#beatAt >= heartbeatMs;
    if (isDue) this.#beatAt = now;
    return isDue;
  }

  /** Since when no heartbeat has left, in ms; 0 if none ever has. */
  quietMs(now: number): number {
    return now - (this.#leftAt ?? now);
  }

  /** A Beat has told the others that we hear our leader: their clocks on us began anew then. */
  get namedLeader(): boolean {
    return this.#namedLeader;
  }

  /** After a pause nothing that was said before it counts, and a heartbeat is due at once. */
  forget(): void {
    this.#leftAt = null;
    this.#namedLeader = this.#namesLeader = false;
    // Otherwise the next tick would measure the same silence again, and one pause would be two.
    this.#beatAt = Number.NEGATIVE_INFINITY;
  }

  // ---------------------------------------------------------------- changes

  /** True if a peer that judges us by our last Beat would judge differently now. */
  changed(now: Bearing): boolean {
    this.#namesLeader ||= now.leaderId !== null && now.hears.includes(now.leaderId);
    const said = this.#said;
    const same =
      said !== null &&
      said.role === now.role &&
      said.leaderId === now.leaderId &&
      said.view === now.view &&
      said.active === now.active &&
      said.leaving === now.leaving &&
      said.promised === now.promised &&
      sameIds(said.hears, now.hears);
    if (!same) this.#said = now;
    return !same;
  }

  /** Notices for what changed since the last call. `previous` finds the view before the present one. */
  notices(now: {
    readonly bearing: Bearing;
    readonly commit: Seq;
    readonly previous: (view: View) => View | null;
    readonly waitingFor: readonly ReplicaId[];
  }): Notice[] {
    const { role, leaderId, view } = now.bearing;
    const notices: Notice[] = [];
    if (role !== this.#role || leaderId !== this.#leaderId) {
      this.#role = role;
      this.#leaderId = leaderId;
      notices.push({ kind: "role", role, leaderId });
    }
    if (view !== null && view !== this.#viewSeen && now.commit >= view.startSeq) {
      this.#viewSeen = view;
      // The same view may come again as another object: from the disk, or in a snapshot.
      if (viewNoKey(view.no) !== this.#view) notices.push({ kind: "view", view, previous: now.previous(view) });
      this.#view = viewNoKey(view.no);
    }
    const missing = now.waitingFor;
    if (!sameIds(missing, this.#waiting)) {
      this.#waiting = missing;
      if (missing.length > 0) notices.push({ kind: "waiting", missing });
    }
    return notices;
  }
}

function sameIds(a: readonly ReplicaId[], b: readonly ReplicaId[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}
