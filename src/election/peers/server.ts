/**
 * The streams that peers dial to this replica: it proves them, delivers their frames, and serves
 * snapshots. Only the newest stream of each peer counts. Once it is proven, nothing from an older
 * one is delivered.
 */
import * as grpc from "@grpc/grpc-js";
import { assert } from "../../base/assert.ts";
import type { AnswerFiles, FileQuestion } from "../file-exchange.ts";
import type { Frame, UnreadFrame } from "../frame.ts";
import { speaksNewer, type Release } from "../release.ts";
import { opsIntact } from "./frame-ops.ts";
import { decodePacket, encodePacket, type Packet, type PacketToSend } from "./packet.ts";
import { PieceError, PieceReader, PieceWriter } from "./pieces.ts";
import {
  AcceptorProof,
  clustersFit,
  type MismatchReason,
  type PeerCall,
  type ProofContext,
  type ProofStep,
} from "./proof.ts";
import { PEER_SERVICE, type PeerServerStream } from "./service.ts";
import { serveSnapshot, type SnapshotProvider } from "./snapshot.ts";
import type { ReplicaId } from "../view.ts";

/** Maximum time from the start of a call to its proof. */
const PROOF_TIMEOUT_MS = 1000;
/**
 * Maximum number of unproven calls. When there are more, the oldest is closed, so that strangers cannot keep peers out.
 */
const UNPROVEN_MAX = 32;
/** Maximum length of a message before the proof. Hello and proof are a few hundred bytes. */
const UNPROVEN_PACKET_BYTES_MAX = 16 * 1024;
/** Maximum number of questions about files that wait on one call. */
const QUESTIONS_MAX = 8;

/**
 * What was damaged: `frame`, a frame is not as the peer sent it; `op`, an op is not as its proposer encoded it;
 * `sender`, the peer itself sent something invalid, although it knows no newer protocol than this replica.
 */
export type Damaged = "frame" | "op" | "sender";

/** Gets the events of the accepted streams. */
export interface InboundEvents {
  onFrame(from: ReplicaId, frame: Frame): void;
  /** A peer has proven a new stream. */
  onOpen(peer: ReplicaId, bootId: string): void;
  /** The peer's newest stream has ended. */
  onBroken(peer: ReplicaId): void;
  /** Something on a proven stream was damaged. Nothing of it was delivered, and the stream was closed. */
  onDamaged(peer: ReplicaId, what: Damaged): void;
  /**
   * A peer of a newer version sent a frame that this replica cannot read. The frame is left out; the stream continues.
   */
  onUnread(peer: ReplicaId, frame: UnreadFrame, release: Release): void;
  /** A holder of our key does not fit, or a peer's clock is wrong. */
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
  // The next three are null until the peer is proven.
  pieces: PieceReader | null;
  peer: ProvenPeer | null;
  writer: PieceWriter | null;
  /** Questions about files that wait for their answer, and the end of the last one. */
  asked: number;
  answered: Promise<void>;
  closed: boolean;
  /** Aborted when the call ends, which stops a snapshot. */
  readonly ended: AbortController;
}

/** The accepting half of a transport. */
export class PeerServer {
  readonly #context: ProofContext;
  readonly #peers: readonly ReplicaId[];
  readonly #events: InboundEvents;
  readonly #snapshots: SnapshotProvider;
  readonly #files: AnswerFiles;
  readonly #open = new Set<Inbound>();
  /** The newest proven stream of each peer. */
  readonly #streams = new Map<ReplicaId, Inbound>();
  /** The call on which a snapshot is being sent to each peer. A new request ends it. */
  readonly #sending = new Map<ReplicaId, Inbound>();
  #running = false;
  #onProven: (connection: string) => void = () => undefined;

  constructor(
    context: ProofContext,
    peers: readonly ReplicaId[],
    events: InboundEvents,
    sources: { readonly snapshots: SnapshotProvider; readonly files: AnswerFiles },
  ) {
    this.#context = context;
    this.#peers = peers;
    this.#events = events;
    this.#snapshots = sources.snapshots;
    this.#files = sources.files;
  }

  /** Adds the service to a gRPC server, which may be listening already. `onProven` gets the connections of peers. */
  start(server: grpc.Server, onProven: (connection: string) => void): void {
    this.#running = true;
    this.#onProven = onProven;
    server.addService(PEER_SERVICE, {
      Connect: (stream: PeerServerStream) => this.#accept(stream, "connect"),
      FetchSnapshot: (stream: PeerServerStream) => this.#accept(stream, "snapshot"),
      Files: (stream: PeerServerStream) => this.#accept(stream, "files"),
    });
  }

  /** Closes all calls and refuses new ones. The gRPC server stays open. */
  stop(): void {
    this.#running = false;
    this.closeAll();
  }

  /** Closes all calls. Frames that they have buffered are not delivered. */
  closeAll(): void {
    for (const inbound of this.#open) this.#close(inbound, grpc.status.UNAVAILABLE, "closed");
  }

  /** Call it when this store has joined a cluster. Streams of peers of another cluster end. */
  clusterChanged(clusterId: string): void {
    for (const inbound of this.#open) {
      if (inbound.peer === null || clustersFit(clusterId, inbound.peer.clusterId)) continue;
      this.#events.onMismatch(inbound.peer.replicaId, "cluster");
      this.#close(inbound, grpc.status.FAILED_PRECONDITION, "cluster");
    }
  }

  /** True if there is a proven stream from the peer. */
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
      peer: null,
      writer: null,
      asked: 0,
      answered: Promise.resolve(),
      closed: false,
      ended: new AbortController(),
    };
    this.#open.add(inbound);
    stream.on("data", (bytes: Uint8Array) => {
      if (!inbound.closed) this.#receive(inbound, bytes);
    });
    // A dialler that leaves or is killed causes "cancelled" or "end". "error" needs a listener.
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
        // The owner may have closed the stream because of the previous frame.
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
    } else if (inbound.call === "files" && packet.kind === "fileQuestion" && inbound.asked < QUESTIONS_MAX) {
      this.#answer(inbound, peer, packet.question);
    } else {
      this.#close(inbound, grpc.status.INVALID_ARGUMENT, "out of turn");
    }
  }

  /**
   * Closes a stream that carried damage, so that nothing of it is delivered. The dialler opens a new one with new keys.
   */
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
      // Without the key anybody can claim to be a peer. Our own dial finds out whether the peer has another key.
      if (step.proven) this.#events.onMismatch(step.peer.replicaId, step.reason);
      return;
    }
    clearTimeout(inbound.proofTimer);
    const { replicaId, bootId, clusterId, dialNo, release } = step.peer;
    inbound.peer = { replicaId, bootId, clusterId, dialNo, release };
    inbound.pieces = new PieceReader(step.keys.dialler);
    inbound.writer = new PieceWriter(step.keys.acceptor);
    this.#onProven(inbound.stream.getPeer());
    if (step.clockOff) this.#events.onMismatch(replicaId, "clock");
    if (inbound.call === "connect") this.#replace(inbound, inbound.peer);
  }

  /** Makes this the stream of its peer. The old one is closed first, so that nothing from it is delivered later. */
  #replace(inbound: Inbound, peer: ProvenPeer): void {
    const older = this.#streams.get(peer.replicaId);
    if (older !== undefined) {
      if (older.peer?.bootId === peer.bootId && older.peer.dialNo > peer.dialNo) {
        // The peer gave up this dial long ago, and it was proven late. The same process has a newer stream.
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
    const { writer } = inbound;
    assert(writer !== null, "a proven call has keys");
    this.#sending.set(peer.replicaId, inbound);
    if (older !== undefined) this.#close(older, grpc.status.ABORTED, "replaced");
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
      // The provider failed, and logs it. Its message may name files, so the peer does not get it.
      () => this.#close(inbound, grpc.status.INTERNAL, "snapshot failed"),
    );
  }

  /** Answers questions about files in their order. */
  #answer(inbound: Inbound, peer: ProvenPeer, question: FileQuestion): void {
    inbound.asked += 1;
    inbound.answered = inbound.answered.then(async () => {
      const answer = await this.#files(peer.replicaId, question);
      inbound.asked -= 1;
      if (inbound.closed) return;
      for (const piece of inbound.writer!.cut(encodePacket({ kind: "fileAnswer", answer })))
        inbound.stream.write(piece);
    });
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
