/**
 * What this replica knows about the others: which peers it hears, which ones it reaches both ways, which ones are gone.
 * Evidence that a peer is gone is a refused dial, silence counted in our own on-time ticks, another store under the same
 * id, or the peer's own word. A connected socket proves nothing.
 */
import { assert } from "../../base/assert.ts";
import type { Identity, Timing } from "../event.ts";
import type { Beat } from "../frame.ts";
import { sameViewNo, type Member, type ReplicaId, type ViewNo } from "../view.ts";

interface Peer {
  /** Since its last frame, in ms of our own on-time ticks. */
  silentMs: number;
  /** The same since its last frame at which it heard us: loss in one direction counts as loss. */
  unreachedMs: number;
  /** Nobody listened at its port at the last dial; any frame clears it. */
  refused: boolean;
  /** Since `refused` became true, in ms of our own on-time ticks. */
  refusedMs: number;
  beat: Beat | null;
  /** The view in which it agreed to be dropped (LeaveOk). */
  left: { readonly no: ViewNo; readonly storeId: string } | null;
}

/** Volatile: a restart or a pause forgets it. */
export class PeerTable {
  readonly ids: readonly ReplicaId[];
  readonly #peers = new Map<ReplicaId, Peer>();
  readonly #identity: Identity;
  readonly #timing: Timing;

  constructor(identity: Identity, timing: Timing) {
    this.#identity = identity;
    this.#timing = timing;
    this.ids = identity.configured.filter((id) => id !== identity.replicaId);
    for (const id of this.ids) {
      this.#peers.set(id, { silentMs: 0, unreachedMs: 0, refused: false, refusedMs: 0, beat: null, left: null });
    }
  }

  #peer(id: ReplicaId): Peer {
    const peer = this.#peers.get(id);
    assert(peer !== undefined, "a configured peer");
    return peer;
  }

  knows(id: ReplicaId): boolean {
    return this.#peers.has(id);
  }

  heard(id: ReplicaId): void {
    const peer = this.#peer(id);
    peer.silentMs = 0;
    if (peer.beat?.hears.includes(this.#identity.replicaId)) peer.unreachedMs = 0;
    peer.refused = false;
    peer.refusedMs = 0;
  }

  /** Stores the latest Beat. True if the peer was restarted or wiped since the Beat before. */
  beat(id: ReplicaId, beat: Beat): boolean {
    const peer = this.#peer(id);
    const restarted = peer.beat !== null && peer.beat.bootId !== beat.bootId;
    if (restarted) peer.left = null;
    peer.beat = beat;
    return restarted;
  }

  lastBeat(id: ReplicaId): Beat | null {
    return this.#peer(id).beat;
  }

  refused(id: ReplicaId): void {
    this.#peer(id).refused = true;
  }

  agreedToLeave(id: ReplicaId, no: ViewNo, storeId: string): void {
    this.#peer(id).left = { no, storeId };
  }

  /** `elapsedMs` of on-time ticks have passed. */
  tick(elapsedMs: number): void {
    for (const peer of this.#peers.values()) {
      peer.silentMs += elapsedMs;
      peer.unreachedMs += elapsedMs;
      if (peer.refused) peer.refusedMs += elapsedMs;
    }
  }

  /** After a pause nothing that was measured before it counts. */
  forgetSilence(): void {
    for (const peer of this.#peers.values()) {
      peer.silentMs = 0;
      peer.unreachedMs = 0;
      peer.refused = false;
      peer.refusedMs = 0;
    }
  }

  /** After a long pause the last Beats do not count either. */
  forgetBeats(): void {
    for (const peer of this.#peers.values()) peer.beat = null;
  }

  /** A frame came within suspectMs and no dial was refused since: the peer may be alive. */
  hears(id: ReplicaId): boolean {
    const peer = this.#peer(id);
    return peer.beat !== null && !peer.refused && peer.silentMs < this.#timing.suspectMs;
  }

  /** Frames pass both ways: we hear the peer, and its latest Beat says that it hears us. */
  reach(id: ReplicaId): boolean {
    return this.hears(id) && (this.#peer(id).beat?.hears.includes(this.#identity.replicaId) ?? false);
  }

  /** No frames pass both ways now: its port is refused, or for suspectMs it sent nothing while it heard us. */
  silent(id: ReplicaId): boolean {
    const peer = this.#peers.get(id);
    return peer === undefined || this.isRefused(id) || peer.unreachedMs >= this.#timing.suspectMs;
  }

  /** A dial of some peer was not refused, but it has not said yet that it hears us: it may be about to. */
  anyUnknown(): boolean {
    return this.ids.some((id) => !this.#peer(id).refused && !this.reach(id));
  }

  /** Nobody listens at its port. On another host that is believed only after suspectMs: its network may be to blame. */
  isRefused(id: ReplicaId): boolean {
    const peer = this.#peer(id);
    return peer.refused && (this.#identity.loopback || peer.refusedMs >= this.#timing.suspectMs);
  }

  /**
   * The member consents to be dropped: it said that it leaves and is not active any more, or it agreed to be dropped
   * from view `no`. A leader that leaves stays active, and may acknowledge, until it has handed over.
   */
  consents(member: Member, no: ViewNo): boolean {
    const { beat, left } = this.#peer(member.replicaId);
    if (left !== null && left.storeId === member.storeId && sameViewNo(left.no, no)) return true;
    return beat !== null && beat.leaving && !beat.active && beat.storeId === member.storeId;
  }

  /**
   * The view may continue without the member. To continue alone (`sole`) takes more silence, because a partition looks
   * the same from inside.
   */
  gone(member: Member, no: ViewNo, sole: boolean): boolean {
    if (member.replicaId === this.#identity.replicaId) return member.storeId !== this.#identity.storeId;
    const peer = this.#peers.get(member.replicaId);
    if (peer === undefined) return true;
    if (this.isRefused(member.replicaId) || this.consents(member, no)) return true;
    if (this.hears(member.replicaId) && peer.beat!.storeId !== member.storeId) return true;
    return peer.unreachedMs >= (sole ? this.#timing.soleMs : this.#timing.suspectMs);
  }
}
