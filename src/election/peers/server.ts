/**
 * The streams that peers dial to this replica: proves them, delivers their frames, and
 * serves snapshots. One stream of each peer counts, the newest; of an older one
 * nothing is delivered once the newer is proven.
 */
import * as grpc from "@grpc/grpc-js";
import { assert } from "../../base/assert.ts";
import type { Frame, UnreadFrame } from "../frame.ts";
import { speaksNewer, type Release } from "../release.ts";
import { opsIntact } from "./frame-ops.ts";
import { decodePacket, encodePacket, type Packet, type PacketToSend } from "./packet.ts";
import { PieceError, PieceReader, PieceWriter } from "./pieces.ts";
import {
  AcceptorProof,
  type CallKeys,
  clustersFit,
  type MismatchReason,
  type PeerCall,
  type ProofContext,
  type ProofStep,
} from "./proof.ts";
import { PEER_SERVICE, type PeerServerStream } from "./service.ts";
import { serveSnapshot, type SnapshotProvider } from "./snapshot.ts";
import type { ReplicaId } from "../view.ts";

/** From the first byte of a call to its proof. */
const PROOF_TIMEOUT_MS = 1000;
/** Calls not yet proven, over all: strangers may not pile up. The oldest goes, so that they cannot keep peers out either. */
const UNPROVEN_MAX = 32;
/** Hello and proof are a few hundred bytes. */
const UNPROVEN_PACKET_BYTES_MAX = 16 * 1024;

/**
 * What was not as it should be: a frame as the peer sent it (`frame`), an op as its proposer wrote it (`op`), or
 * what the peer sent itself, although it speaks no newer protocol than this replica (`sender`).
 */
export type Damaged = "frame" | "op" | "sender";

export interface InboundEvents {
  onFrame(from: ReplicaId, frame: Frame): void;
  /** A peer proved a new stream. */
  onOpen(peer: ReplicaId, bootId: string): void;
  /** The stream that counted is gone, and no newer one took its place. */
  onBroken(peer: ReplicaId): void;
  /** What came on a proven stream is not what the peer sent, or not what was proposed; the stream was closed. */
  onDamaged(peer: ReplicaId, what: Damaged): void;
  /** A peer of a newer version sent a frame that this one cannot read: it was left out, and the stream goes on. */
  onUnread(peer: ReplicaId, frame: UnreadFrame, release: Release): void;
  /** A holder of our key that does not fit, or a peer whose clock is off. */
  onMismatch(peer: ReplicaId, reason: MismatchReason): void;
}

interface ProvenPeer {
  readonly replicaId: ReplicaId;
  readonly bootId: string;
  readonly clusterId: string;
  readonly dialNo: number;
  readonly release: Release;
}

/** One accepted call. */
interface Inbound {
  readonly stream: PeerServerStream;
  readonly call: PeerCall;
  readonly proof: AcceptorProof;
  readonly proofTimer: ReturnType<typeof setTimeout>;
  /** Once proven. */
  pieces: PieceReader | null;
  keys: CallKeys | null;
  peer: ProvenPeer | null;
  closed: boolean;
  /** Aborted when the call ends: stops a snapshot. */
  readonly ended: AbortController;
}

/** The accepting half of a transport. */
export class PeerServer {
  readonly #context: ProofContext;
  readonly #peers: readonly ReplicaId[];
  readonly #events: InboundEvents;
  readonly #snapshots: SnapshotProvider;
  readonly #open = new Set<Inbound>();
  /** The stream that counts, of each peer. */
  readonly #streams = new Map<ReplicaId, Inbound>();
  /** The snapshot being sent to each peer; a new request ends it. */
  readonly #sending = new Map<ReplicaId, Inbound>();
  #running = false;
  #onProven: (connection: string) => void = () => undefined;

  constructor(context: ProofContext, peers: readonly ReplicaId[], events: InboundEvents, snapshots: SnapshotProvider) {
    this.#context = context;
    this.#peers = peers;
    this.#events = events;
    this.#snapshots = snapshots;
  }

  /** Adds the service; a server that is listening already takes it as well. */
  start(server: grpc.Server, onProven: (connection: string) => void): void {
    this.#running = true;
    this.#onProven = onProven;
    server.addService(PEER_SERVICE, {
      Connect: (stream: PeerServerStream) => this.#accept(stream, "connect"),
      FetchSnapshot: (stream: PeerServerStream) => this.#accept(stream, "snapshot"),
    });
  }

  /** Closes all calls and refuses new ones; the gRPC server stays its owner's. */
  stop(): void {
    this.#running = false;
    this.closeAll();
  }

  /** Closes all calls; what they have buffered is not delivered. */
  closeAll(): void {
    for (const inbound of this.#open) this.#close(inbound, grpc.status.UNAVAILABLE, "closed");
  }

  /** This store joined a cluster: streams of another one end. */
  clusterChanged(clusterId: string): void {
    for (const inbound of this.#open) {
      if (inbound.peer === null || clustersFit(clusterId, inbound.peer.clusterId)) continue;
      this.#events.onMismatch(inbound.peer.replicaId, "cluster");
      this.#close(inbound, grpc.status.FAILED_PRECONDITION, "cluster");
    }
  }

  /** The peer's proven stream, if there is one. */
  isOpen(peer: ReplicaId): boolean {
    return this.#streams.has(peer);
  }

  #accept(stream: PeerServerStream, call: PeerCall): void {
    const inbound: Inbound = {
      stream,
      call,
      proof: new AcceptorProof(this.#context, call, this.#peers),
      proofTimer: setTimeout(() => this.#close(inbound, grpc.status.DEADLINE_EXCEEDED, "no proof"), PROOF_TIMEOUT_MS),
      pieces: null,
      keys: null,
      peer: null,
      closed: false,
      ended: new AbortController(),
    };
    this.#open.add(inbound);
    stream.on("data", (bytes: Uint8Array) => {
      if (!inbound.closed) this.#receive(inbound, bytes);
    });
    // "cancelled" and "end" are how a dialler leaves, killed or not; "error" needs a listener.
    const left = (): void => this.#close(inbound, grpc.status.OK, "");
    stream.on("end", left);
    stream.on("cancelled", left);
    stream.on("error", left);
    if (!this.#running) return this.#close(inbound, grpc.status.UNAVAILABLE, "stopped");
    const unproven = [...this.#open].filter((open) => open.peer === null);
    const oldest = unproven[0];
    if (unproven.length > UNPROVEN_MAX && oldest !== undefined) {
      this.#close(oldest, grpc.status.RESOURCE_EXHAUSTED, "too many calls without proof");
    }
  }

  #receive(inbound: Inbound, bytes: Uint8Array): void {
    const { peer } = inbound;
    if (peer === null && bytes.byteLength > UNPROVEN_PACKET_BYTES_MAX) {
      return this.#close(inbound, grpc.status.INVALID_ARGUMENT, "too large");
    }
    let packet: Packet;
    try {
      const whole = inbound.pieces === null ? bytes : inbound.pieces.take(bytes);
      if (whole === null) return;
      packet = decodePacket(whole);
    } catch (error) {
      if (peer !== null) return this.#damaged(inbound, peer, error instanceof PieceError ? "frame" : "sender");
      return this.#close(inbound, grpc.status.INVALID_ARGUMENT, "not a packet");
    }
    if (peer === null) return this.#prove(inbound, inbound.proof.receive(bytes, packet));
    if (inbound.call === "connect" && packet.kind === "frames") {
      for (const frame of packet.frames) {
        // The owner may have closed the stream over the frame before.
        if (inbound.closed) return;
        if (frame.type === "unread") {
          if (!speaksNewer(peer.release, this.#context.release)) return this.#damaged(inbound, peer, "sender");
          this.#events.onUnread(peer.replicaId, frame, peer.release);
          continue;
        }
        if (!opsIntact(frame)) return this.#damaged(inbound, peer, "op");
        this.#events.onFrame(peer.replicaId, frame);
      }
    } else if (inbound.call === "snapshot" && packet.kind === "snapshotRequest") {
      this.#serve(inbound, peer, packet.commonSeq);
    } else {
      this.#close(inbound, grpc.status.INVALID_ARGUMENT, "out of turn");
    }
  }

  /** Nothing of it is delivered; the dialler begins anew, with new keys. */
  #damaged(inbound: Inbound, peer: ProvenPeer, what: Damaged): void {
    this.#close(inbound, grpc.status.DATA_LOSS, what === "sender" ? "not a packet" : "changed on the way");
    this.#events.onDamaged(peer.replicaId, what);
  }

  #prove(inbound: Inbound, step: ProofStep): void {
    if (step.kind === "send") {
      inbound.stream.write(step.bytes);
      return;
    }
    if (step.bytes !== null) inbound.stream.write(step.bytes);
    if (step.kind === "mismatch") {
      const key = step.reason === "key";
      const code = key ? grpc.status.UNAUTHENTICATED : grpc.status.FAILED_PRECONDITION;
      this.#close(inbound, code, step.reason);
      // Without the key it is anybody, whoever it claims to be; our own dial tells about the peer.
      if (step.proven) this.#events.onMismatch(step.peer.replicaId, step.reason);
      return;
    }
    clearTimeout(inbound.proofTimer);
    const { replicaId, bootId, clusterId, dialNo, release } = step.peer;
    inbound.peer = { replicaId, bootId, clusterId, dialNo, release };
    inbound.pieces = new PieceReader(step.keys.dialler);
    inbound.keys = step.keys;
    this.#onProven(inbound.stream.getPeer());
    if (step.clockOff) this.#events.onMismatch(replicaId, "clock");
    if (inbound.call === "connect") this.#replace(inbound, inbound.peer);
  }

  /** The newest stream of a peer counts. The old one is closed first: nothing of it comes after. */
  #replace(inbound: Inbound, peer: ProvenPeer): void {
    const older = this.#streams.get(peer.replicaId);
    if (older !== undefined) {
      if (older.peer?.bootId === peer.bootId && older.peer.dialNo > peer.dialNo) {
        // A dial given up long ago, proven late. Its process has a newer stream.
        return this.#close(inbound, grpc.status.ABORTED, "an older dial");
      }
      this.#streams.delete(peer.replicaId);
      this.#close(older, grpc.status.ABORTED, "replaced");
    }
    this.#streams.set(peer.replicaId, inbound);
    this.#events.onOpen(peer.replicaId, peer.bootId);
  }

  #serve(inbound: Inbound, peer: ProvenPeer, commonSeq: number): void {
    const older = this.#sending.get(peer.replicaId);
    if (older === inbound) {
      return this.#close(inbound, grpc.status.INVALID_ARGUMENT, "out of turn");
    }
    const { keys } = inbound;
    assert(keys !== null, "a proven call has keys");
    this.#sending.set(peer.replicaId, inbound);
    if (older !== undefined) this.#close(older, grpc.status.ABORTED, "replaced");
    const writer = new PieceWriter(keys.acceptor);
    const send = (packet: PacketToSend): boolean => {
      let room = true;
      for (const piece of writer.cut(encodePacket(packet))) room = inbound.stream.write(piece);
      return room;
    };
    serveSnapshot(this.#snapshots, commonSeq, inbound.stream, send, inbound.ended.signal).then(
      (whole) =>
        whole
          ? this.#close(inbound, grpc.status.OK, "")
          : this.#close(inbound, grpc.status.ABORTED, "snapshot cut short"),
      // The provider failed. Its message may name files: it is the provider's to log.
      () => this.#close(inbound, grpc.status.INTERNAL, "snapshot failed"),
    );
  }

  #close(inbound: Inbound, code: grpc.status, details: string): void {
    if (inbound.closed) return;
    inbound.closed = true;
    clearTimeout(inbound.proofTimer);
    this.#open.delete(inbound);
    inbound.ended.abort();
    if (code === grpc.status.OK) inbound.stream.end();
    else inbound.stream.emit("error", { code, details });
    const peer = inbound.peer;
    if (peer === null) return;
    if (this.#sending.get(peer.replicaId) === inbound) this.#sending.delete(peer.replicaId);
    if (this.#streams.get(peer.replicaId) !== inbound) return;
    this.#streams.delete(peer.replicaId);
    this.#events.onBroken(peer.replicaId);
  }
}
