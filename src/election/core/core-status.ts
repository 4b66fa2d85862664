/** What others may read of a core: its status, and where proposals go. */
import type { Role } from "../frame.ts";
import type { Ballot, ReplicaId, Seq, View } from "../view.ts";

/** For status and health. */
export interface CoreStatus {
  readonly role: Role;
  readonly leaderId: ReplicaId | null;
  /** This replica leads and takes ops now. */
  readonly accepting: boolean;
  readonly active: boolean;
  readonly view: View | null;
  /** Everybody in the view holds its own entry, as far as this replica knows. */
  readonly viewActive: boolean;
  readonly lastSeq: Seq;
  readonly durableSeq: Seq;
  readonly commit: Seq;
  readonly waitingFor: readonly ReplicaId[];
  /** Nobody can lead until a replica that does not answer is back: the policies allow no less, however long one waits. */
  readonly lacksReplicas: boolean;
  readonly leaving: boolean;
}

/** A replica that was told to stop: how long ago, and for how long it has had no leader. */
export interface Leaving {
  ms: number;
  leaderlessMs: number;
  stopped: boolean;
}

/** Who takes ops now: for proposals. */
export interface Target {
  readonly leaderId: ReplicaId | null;
  /** Identifies the leadership; changes with leader and ballot. Null without a leader, or before its first Append. */
  readonly leadershipKey: string | null;
  /** This replica leads and takes ops now. */
  readonly accepting: boolean;
}

/** Remembers the key of the last leadership asked for: it is asked several times a turn, and changes rarely. */
export class LeadershipKeys {
  #leaderId: ReplicaId | null = null;
  #ballot: Ballot | null = null;
  #key: string | null = null;

  of(leaderId: ReplicaId | null, ballot: Ballot | null): string | null {
    if (leaderId !== this.#leaderId || ballot !== this.#ballot) {
      this.#leaderId = leaderId;
      this.#ballot = ballot;
      this.#key = leaderId === null || ballot === null ? null : `${leaderId}:${ballot.counter}:${ballot.nonce}`;
    }
    return this.#key;
  }
}

/** Why nothing can be written, for a person: "waiting for replicas 0 and 2". */
export function waitingText(ids: readonly ReplicaId[]): string {
  return `waiting for ${ids.length === 1 ? "replica" : "replicas"} ${ids.join(" and ")}`;
}
