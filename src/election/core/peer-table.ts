/**
 * What this replica knows of the others: who was heard, who is reachable both ways, who is
 * gone. Evidence of death is a refused dial, silence counted in this replica's own ticks,
 * another store under the same id, or the peer's own word. A connected socket proves nothing.
 */
import { assert } from "../../base/assert.ts";
import type { Identity, Timing } from "../event.ts";
import type { Beat } from "../frame.ts";
import { sameViewNo, type Member, type ReplicaId, type ViewNo } from "../view.ts";

interface Peer {
  /** Ms of own on-time ticks since the last frame. */
  silentMs: number;
  /** The same since the last frame of a peer that also heard us: one-way loss counts as loss. */
  unreachedMs: number;
  /** Nobody listened at its port when dialled last; cleared by any frame. */
  refused: boolean;
  /** Ms of own ticks since `refused` became true. */
  refusedMs: number;
  beat: Beat | null;
  /** The view in which it agreed to be dropped (LeaveOk). */
  left: { readonly no: ViewNo; readonly storeId: string } | null;
}

/** Knowledge about the peers; volatile. */
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

  /** Stores the latest Beat; true if the peer was restarted or wiped since the one before. */
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

  /** One on-time tick passed. */
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

  /** Heard within suspectMs and not refused: it may be alive. */
  hears(id: ReplicaId): boolean {
    const peer = this.#peer(id);
    return peer.beat !== null && !peer.refused && peer.silentMs < this.#timing.suspectMs;
  }

  /** Heard, and its latest Beat says that it hears me: frames pass both ways. */
  reach(id: ReplicaId): boolean {
    return this.hears(id) && (this.#peer(id).beat?.hears.includes(this.#identity.replicaId) ?? false);
  }

  /** It cannot be reached and answer now: refused, or no frame of it for suspectMs that said that it hears us. */
  silent(id: ReplicaId): boolean {
    const peer = this.#peers.get(id);
    return peer === undefined || this.isRefused(id) || peer.unreachedMs >= this.#timing.suspectMs;
  }

  /** Some peer may be about to be reached: its dial was not refused, but it has not said yet that it hears us. */
  anyUnknown(): boolean {
    return this.ids.some((id) => !this.#peer(id).refused && !this.reach(id));
  }

  /** Its port is refused and, off this host, it has been silent long enough to believe that. */
  isRefused(id: ReplicaId): boolean {
    const peer = this.#peer(id);
    return peer.refused && (this.#identity.loopback || peer.refusedMs >= this.#timing.suspectMs);
  }

  /**
   * Consent: it said it leaves and no longer counts as active, or agreed to be dropped from view
   * `no`. A leader that leaves stays active until it has handed over: it may still acknowledge.
   */
  consents(member: Member, no: ViewNo): boolean {
    const { beat, left } = this.#peer(member.replicaId);
    if (left !== null && left.storeId === member.storeId && sameViewNo(left.no, no)) return true;
    return beat !== null && beat.leaving && !beat.active && beat.storeId === member.storeId;
  }

  /**
   * The member cannot be counted on: the view may go on without it. Going on alone (`sole`)
   * takes longer silence, because a partition looks the same from inside.
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
