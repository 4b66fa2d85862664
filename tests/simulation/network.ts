/**
 * The simulated peer transport. As in the real one, each replica dials every other and sends only on
 * the connection that it dialled; within a connection, frames are neither invented nor reordered (and
 * duplicated or lost only if a run asks for it); and a newer connection from a peer ends the older
 * one. A cut holds frames back (TCP would send them again after the heal). Of a killed sender's
 * frames, each peer gets as many as the sender's kernel had sent to it.
 */
import { CHECKSUM_BYTES, withChecksum } from "../../proto/op-checksum.ts";
import type { Frame } from "../../src/election/frame.ts";
import { opsIntact } from "../../src/election/peers/frame-ops.ts";
import type { ReplicaId } from "../../src/election/view.ts";
import type { SimQueue } from "./queue.ts";
import type { Random } from "./random.ts";

/** A replica's process, as the network sees it. */
export interface Endpoint {
  readonly id: ReplicaId;
  /** Changes with every start of the process. */
  readonly incarnation: number;
  readonly alive: boolean;
  readonly paused: boolean;
  onFrame(from: ReplicaId, frame: Frame): void;
  onRefused(peer: ReplicaId): void;
}

interface Flight {
  readonly frame: Frame;
  readonly at: number;
}

interface Connection {
  readonly from: ReplicaId;
  readonly to: ReplicaId;
  readonly fromIncarnation: number;
  readonly toIncarnation: number;
  readonly queue: Flight[];
  lastAt: number;
  /** True if the sender is gone: queued frames still arrive, then the receiver sees the end. */
  senderGone: boolean;
  closed: boolean;
  pumping: boolean;
}

/** The speed and the losses of all links in a run. */
export interface LinkTiming {
  readonly latencyMs: number;
  readonly jitterMs: number;
  /** Share of frames that take ten times as long. */
  readonly slowShare: number;
  /** Share of frames that are lost. TCP loses none, but a full queue may. */
  readonly lostShare?: number;
  /** Share of frames that arrive twice. TCP duplicates none, but a retry may. */
  readonly doubledShare?: number;
}

/** A connection is dropped if this many frames of it wait (bounded queue). */
const HELD_FRAMES_MAX = 300;

const DIAL_BACKOFF_FIRST_MS = 50;
const DIAL_BACKOFF_MAX_MS = 500;

/** See the top of this file. */
export class SimNetwork {
  readonly #queue: SimQueue;
  readonly #random: Random;
  readonly #timing: LinkTiming;
  readonly #endpoints: (Endpoint | null)[];
  readonly #connections = new Map<number, Connection>();
  readonly #dialing = new Set<number>();
  readonly #blocked = new Set<number>();
  readonly #garbled = new Set<number>();
  /** Mutant checksum-not-checked: a changed op gets a checksum that fits. */
  checksumIgnored = false;
  framesDelivered = 0;
  /** Called right after the receiver of every frame, so that scripts can cut and kill at that moment. */
  onDelivered: ((from: ReplicaId, to: ReplicaId, frame: Frame) => void) | null = null;

  constructor(queue: SimQueue, random: Random, timing: LinkTiming, count: number) {
    this.#queue = queue;
    this.#random = random;
    this.#timing = timing;
    this.#endpoints = Array.from({ length: count }, () => null);
  }

  #key(from: ReplicaId, to: ReplicaId): number {
    return from * 16 + to;
  }

  #latency(): number {
    const { latencyMs, jitterMs, slowShare } = this.#timing;
    const ms = latencyMs + this.#random.float() * jitterMs;
    return this.#random.chance(slowShare) ? ms * 10 : ms;
  }

  isBlocked(from: ReplicaId, to: ReplicaId): boolean {
    return this.#blocked.has(this.#key(from, to));
  }

  /** True if neither direction is cut. */
  isOpen(a: ReplicaId, b: ReplicaId): boolean {
    return !this.isBlocked(a, b) && !this.isBlocked(b, a);
  }

  get cuts(): number {
    return this.#blocked.size;
  }

  /** Adds a process that has started and listens. */
  up(endpoint: Endpoint): void {
    this.#endpoints[endpoint.id] = endpoint;
    for (let peer = 0; peer < this.#endpoints.length; peer++) {
      if (peer === endpoint.id) continue;
      this.#dialSoon(endpoint.id, peer, 0);
    }
  }

  /** Removes a process that was killed or has ended. */
  down(id: ReplicaId): void {
    this.#endpoints[id] = null;
    for (const connection of this.#connections.values()) {
      if (connection.from === id && !connection.senderGone) {
        // The kernel had sent a part of the queued frames to this peer.
        connection.queue.length = this.#random.int(0, connection.queue.length);
        connection.senderGone = true;
        this.#pump(connection);
      } else if (connection.to === id) {
        this.#close(connection);
        this.#noticeBreak(connection.from, id);
      }
    }
  }

  /** Delivers the frames that waited while a process was stopped by a signal. */
  woke(id: ReplicaId): void {
    for (const connection of this.#connections.values()) {
      if (connection.to === id) this.#pump(connection);
    }
  }

  cut(from: ReplicaId, to: ReplicaId): void {
    this.#blocked.add(this.#key(from, to));
  }

  /** Ends a cut and delivers held frames. Unless `gently`, the connection sometimes breaks, so that they are lost. */
  heal(from: ReplicaId, to: ReplicaId, gently: boolean): void {
    if (!this.#blocked.delete(this.#key(from, to))) return;
    const connection = this.#connections.get(this.#key(from, to));
    if (connection !== undefined) {
      if (!gently && connection.queue.length > 0 && this.#random.chance(0.3)) {
        this.#break(connection);
      } else {
        this.#pump(connection);
      }
    }
    // A replica that was restarted in the meantime resets the other's old connection.
    this.#dialSoon(from, to, 0);
    this.#dialSoon(to, from, 0);
  }

  /** Changes a byte of the next op that is sent this way. */
  garble(from: ReplicaId, to: ReplicaId): void {
    this.#garbled.add(this.#key(from, to));
  }

  /** Breaks the connection, so that frames under way are lost. */
  drop(from: ReplicaId, to: ReplicaId): void {
    const connection = this.#connections.get(this.#key(from, to));
    if (connection !== undefined) this.#break(connection);
  }

  healAll(gently: boolean): void {
    for (const key of this.#blocked) this.heal(key >> 4, key & 15, gently);
  }

  /** Passes a frame to the connection; drops it if there is none. */
  send(from: ReplicaId, to: ReplicaId, frame: Frame): void {
    const connection = this.#connections.get(this.#key(from, to));
    if (connection === undefined || connection.senderGone || connection.closed) return;
    if (connection.queue.length >= HELD_FRAMES_MAX) {
      this.#break(connection);
      return;
    }
    const { lostShare = 0, doubledShare = 0 } = this.#timing;
    if (lostShare > 0 && this.#random.chance(lostShare)) return;
    const at = Math.max(connection.lastAt, this.#queue.now + this.#latency());
    connection.lastAt = at;
    connection.queue.push({ frame, at });
    if (doubledShare > 0 && this.#random.chance(doubledShare)) connection.queue.push({ frame, at });
    this.#pump(connection);
  }

  /** Dials once, and calls `onRefused` if nothing listens there. */
  probe(from: ReplicaId, to: ReplicaId): void {
    const asker = this.#endpoints[from]?.incarnation;
    this.#queue.after(this.#latency() * 2, () => {
      const endpoint = this.#endpoints[from];
      if (endpoint === null || endpoint?.incarnation !== asker || !this.isOpen(from, to)) return;
      if (this.#endpoints[to] === null) endpoint!.onRefused(to);
    });
  }

  /** Closes all connections of a replica and drops the frames in them. */
  resetPeers(id: ReplicaId): void {
    for (const connection of this.#connections.values()) {
      if (connection.from !== id && connection.to !== id) continue;
      this.#break(connection);
    }
  }

  #break(connection: Connection): void {
    this.#close(connection);
    this.#noticeBreak(connection.from, connection.to);
    this.#noticeBreak(connection.to, connection.from);
  }

  #close(connection: Connection): void {
    if (connection.closed) return;
    connection.closed = true;
    connection.queue.length = 0;
    this.#connections.delete(this.#key(connection.from, connection.to));
  }

  /** Lets the transport of `id` notice that its link with `peer` broke: it probes at once, then dials again. */
  #noticeBreak(id: ReplicaId, peer: ReplicaId): void {
    if (!this.isOpen(id, peer)) return;
    this.#queue.after(this.#random.between(0.5, 12), () => {
      const endpoint = this.#endpoints[id];
      if (endpoint === null || endpoint === undefined) return;
      this.probe(id, peer);
      this.#dialSoon(id, peer, 0);
    });
  }

  #dialSoon(from: ReplicaId, to: ReplicaId, attempt: number): void {
    const key = this.#key(from, to);
    if (this.#dialing.has(key)) return;
    this.#dialing.add(key);
    const backoff = Math.min(DIAL_BACKOFF_MAX_MS, DIAL_BACKOFF_FIRST_MS * 2 ** attempt);
    const delay = attempt === 0 ? this.#random.between(1, 10) : backoff * this.#random.between(0.7, 1.3);
    this.#queue.after(delay, () => {
      this.#dialing.delete(key);
      this.#dial(from, to, attempt);
    });
  }

  #dial(from: ReplicaId, to: ReplicaId, attempt: number): void {
    const dialler = this.#endpoints[from];
    const listener = this.#endpoints[to];
    if (dialler === null || dialler === undefined) return;
    const existing = this.#connections.get(this.#key(from, to));
    if (
      existing !== undefined &&
      existing.fromIncarnation === dialler.incarnation &&
      existing.toIncarnation === listener?.incarnation
    ) {
      return;
    }
    if (dialler.paused || listener === null || listener === undefined || listener.paused || !this.isOpen(from, to)) {
      this.#dialSoon(from, to, attempt + 1);
      return;
    }
    if (existing !== undefined) this.#supersede(existing, listener);
    this.#connections.set(this.#key(from, to), {
      from,
      to,
      fromIncarnation: dialler.incarnation,
      toIncarnation: listener.incarnation,
      queue: [],
      lastAt: 0,
      senderGone: false,
      closed: false,
      pumping: false,
    });
  }

  /** Replaces a connection by a newer one of the same peer. The old one delivers what the kernel had, then ends. */
  #supersede(old: Connection, listener: Endpoint): void {
    const due = old.toIncarnation === listener.incarnation ? this.#random.int(0, old.queue.length) : 0;
    const last = old.queue.slice(0, due);
    this.#close(old);
    for (const flight of last) {
      this.framesDelivered++;
      listener.onFrame(old.from, flight.frame);
    }
  }

  #onTheWay(connection: Connection, frame: Frame): Frame {
    const key = this.#key(connection.from, connection.to);
    if (!this.#garbled.has(key)) return frame;
    const garbled = garble(frame, this.checksumIgnored);
    if (garbled !== frame) this.#garbled.delete(key);
    return garbled;
  }

  #pump(connection: Connection): void {
    if (connection.pumping || connection.closed) return;
    const { from, to } = connection;
    if (this.isBlocked(from, to)) return;
    const receiver = this.#endpoints[to];
    if (receiver === null || receiver === undefined || receiver.incarnation !== connection.toIncarnation) return;
    if (receiver.paused) return;
    const head = connection.queue[0];
    if (head === undefined) {
      if (connection.senderGone) {
        this.#close(connection);
        this.#noticeBreak(to, from);
      }
      return;
    }
    connection.pumping = true;
    this.#queue.after(head.at - this.#queue.now, () => {
      connection.pumping = false;
      this.#deliver(connection);
    });
  }

  #deliver(connection: Connection): void {
    const { from, to } = connection;
    const receiver = this.#endpoints[to];
    if (connection.closed || this.isBlocked(from, to)) return;
    if (receiver === null || receiver === undefined || receiver.incarnation !== connection.toIncarnation) return;
    if (receiver.paused) return;
    while (!connection.closed && connection.queue.length > 0) {
      if ((connection.queue[0] as Flight).at > this.#queue.now) break;
      const frame = this.#onTheWay(connection, (connection.queue.shift() as Flight).frame);
      if (!opsIntact(frame)) return this.#break(connection);
      this.framesDelivered++;
      receiver.onFrame(from, frame);
      this.onDelivered?.(from, to, frame);
      if (!receiver.alive || this.isBlocked(from, to)) return;
    }
    this.#pump(connection);
  }
}

/** The frame with a changed byte in its first op; the frame itself if it has no op. */
function garble(frame: Frame, checksumFits: boolean): Frame {
  if (frame.type !== "append") return frame;
  const at = frame.batches.findIndex((batch) => batch.kind === "op");
  const batch = frame.batches[at];
  if (batch?.kind !== "op") return frame;
  const [first, ...others] = batch.ops;
  const op = Buffer.from(first!);
  op[op.length - CHECKSUM_BYTES - 1]! ^= 1;
  const ops = [checksumFits ? withChecksum(op.subarray(0, -CHECKSUM_BYTES)) : op, ...others];
  return { ...frame, batches: frame.batches.with(at, { ...batch, ops }) };
}
