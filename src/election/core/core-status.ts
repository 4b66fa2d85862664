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
  /** The last view of the log; null while the log is empty. */
  readonly view: View | null;
  /** Every member of the view holds its own entry, as far as this replica knows. */
  readonly viewActive: boolean;
  readonly lastSeq: Seq;
  readonly durableSeq: Seq;
  readonly commit: Seq;
  /** Members of the last view that recovery waits for; empty if it does not wait, or not for a second yet. */
  readonly waitingFor: readonly ReplicaId[];
  /** Nobody can lead until a replica that does not answer is back: the policies allow nothing less, ever. */
  readonly lacksReplicas: boolean;
  readonly leaving: boolean;
}

/** Who takes ops now: for proposals. */
export interface Target {
  readonly leaderId: ReplicaId | null;
  /** Identifies the leadership; changes with leader and ballot. Null without a leader, or before its first Append. */
  readonly leadershipKey: string | null;
  /** This replica leads and takes ops now. */
  readonly accepting: boolean;
}

/** Makes `Target.leadershipKey`. Remembers the last one, because the driver asks several times a turn. */
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
