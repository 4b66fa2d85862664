/**
 * What a core tells others without being asked: Beats to its peers, notices to its people.
 * Both are sent when something in them changed; Beats also every heartbeat.
 */
import type { Notice } from "./event.ts";
import type { Beat } from "./frame.ts";
import { viewNoKey, type ReplicaId, type Seq, type View } from "./view.ts";

/** Compares with what was told last. */
export class Announcer {
  private signature = "";
  private role = "";
  private view = "";
  private waiting = "";

  /** True if a peer that judges by its last Beat from us would now judge differently. */
  changed(beat: Beat): boolean {
    const { role, leaderId, active, leaving, promised, hears } = beat;
    const view = beat.view === null ? "" : viewNoKey(beat.view.no);
    const ballot = `${promised.counter}.${promised.replicaId}.${promised.nonce}`;
    const signature = `${role} ${leaderId} ${view} ${active} ${leaving} ${ballot} ${hears.join()}`;
    if (signature === this.signature) return false;
    this.signature = signature;
    return true;
  }

  /** Notices for what changed since the last call. `previous` is the view before the present one. */
  notices(now: {
    readonly beat: Beat;
    readonly commit: Seq;
    readonly previous: View | null;
    readonly waitingFor: readonly ReplicaId[];
  }): Notice[] {
    const { role, leaderId, view } = now.beat;
    const notices: Notice[] = [];
    if (`${role} ${leaderId}` !== this.role) {
      this.role = `${role} ${leaderId}`;
      notices.push({ kind: "role", role, leaderId });
    }
    if (view !== null && now.commit >= view.startSeq && viewNoKey(view.no) !== this.view) {
      this.view = viewNoKey(view.no);
      notices.push({ kind: "view", view, previous: now.previous });
    }
    const missing = now.waitingFor;
    if (missing.join() !== this.waiting) {
      this.waiting = missing.join();
      if (missing.length > 0) notices.push({ kind: "waiting", missing });
    }
    return notices;
  }
}
