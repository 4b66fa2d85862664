/**
 * What a core tells others without being asked: Beats to its peers, notices to its people.
 * Both are sent when something in them changed; Beats also every heartbeat.
 */
import type { Notice } from "../event.ts";
import type { Role } from "../frame.ts";
import { viewNoKey, type Ballot, type ReplicaId, type Seq, type View } from "../view.ts";

/** What others judge us by. Asked after every turn, so it is compared by identity and not put into words. */
export interface Bearing {
  readonly role: Role;
  readonly leaderId: ReplicaId | null;
  readonly view: View | null;
  readonly active: boolean;
  readonly leaving: boolean;
  readonly promised: Ballot;
  readonly hears: readonly ReplicaId[];
}

/** Compares with what was told last. */
export class Announcer {
  #told: Bearing | null = null;
  #role: Role | null = null;
  #leaderId: ReplicaId | null = null;
  #view = "";
  #viewSeen: View | null = null;
  #waiting: readonly ReplicaId[] = [];

  /** True if a peer that judges by its last Beat from us would now judge differently. */
  changed(now: Bearing): boolean {
    const told = this.#told;
    const same =
      told !== null &&
      told.role === now.role &&
      told.leaderId === now.leaderId &&
      told.view === now.view &&
      told.active === now.active &&
      told.leaving === now.leaving &&
      told.promised === now.promised &&
      sameIds(told.hears, now.hears);
    if (!same) this.#told = now;
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
