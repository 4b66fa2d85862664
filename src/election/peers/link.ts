/**
 * The stream that this replica dials to one peer and sends its frames on.
 *
 *     waiting --> probing --> dialling (gRPC, peer proof) --> up
 *        ^           |             |                          |
 *        +-----------+-------------+---- broken, refused -----+
 *
 * When a stream breaks, the link makes a raw TCP probe at once. If that is refused, the peer's
 * process is gone, and the owner learns of it within milliseconds. The same probe precedes every
 * dial, so that a dead port costs one connect and not a gRPC channel.
 */
import * as grpc from "@grpc/grpc-js";
import type { Frame } from "../frame.ts";
import { decodePacket, encodePacket, frameBytes } from "./packet.ts";
import { PieceWriter } from "./pieces.ts";
import { type ProbeResult, probePort } from "./probe.ts";
import { DiallerProof, type MismatchReason, type ProofContext } from "./proof.ts";
import { CONNECT_PATH, openCall, openClient, type PeerAddress, type PeerCallStream } from "./service.ts";

/** A stream whose unsent frames exceed this is dropped, because its peer reads too slowly. */
export const QUEUE_BYTES_MAX = 32 * 1024 * 1024;
/** The same bound as a number of frames. */
const QUEUE_FRAMES_MAX = 4096;

/** Maximum number of bytes that gRPC holds for the stream. More frames wait here, where Beats can be replaced. */
const WINDOW_BYTES = 4 * 1024 * 1024;
/** A packet ends once it has this many bytes, so that the peer can decode it while the next one is on its way. */
const PACKET_BYTES = 1024 * 1024;
/** Maximum time from a dial to the peer's proof. A frozen peer accepts a connection and then sends nothing. */
const PROOF_TIMEOUT_MS = 1000;
/** A stream that was up for less counts as a failed dial, so that two replicas which drop each other do not spin. */
const STEADY_MS = 1000;
/** Time between dials of a peer that does not fit (wrong key, cluster or modes). */
const MISMATCH_RETRY_MS = 2000;
/** Least time between two probes of a port, however often the owner asks; see the trap in peers/probe.ts. */
const PROBE_GAP_MS = 5;
/** The same after a refused probe. */
const REFUSED_GAP_MS = 50;
/**
 * Delays after failed dials. A dying process may close its streams before its listening port, and a probe in between
 * is still accepted, so the first retries follow quickly. Later ones are rare: with the jitter, a peer that is gone
 * costs at most two dials a second.
 */
const RETRY_MS = [5, 15, 50, 150, 250, 350, 450];
const LATE_RETRY_MS = 500;

/** Gets the events of a link. */
export interface LinkEvents {
  /** Nothing listens on the peer's port. */
  onRefused(): void;
  /** The peer does not fit. `version` is the one that its executable claims, if that is the reason. */
  onMismatch(reason: MismatchReason, version: string | null): void;
  /** The link is up (proven and open), or no longer up. */
  onChange(up: boolean): void;
}

interface Dial {
  readonly client: grpc.Client;
  readonly call: PeerCallStream;
  readonly proofTimer: Timer;
  /** Null until the peer is proven. */
  peer: ProvenAcceptor | null;
}

interface ProvenAcceptor {
  readonly bootId: string;
  readonly clusterId: string;
  readonly pieces: PieceWriter;
  /** Monotonic ms. */
  readonly sinceMs: number;
}

type Timer = ReturnType<typeof setTimeout>;

/** Dials one peer while it runs, and sends on the stream. Frames that are sent without a proven stream are dropped. */
export class PeerLink {
  readonly #address: PeerAddress;
  readonly #context: ProofContext;
  readonly #events: LinkEvents;
  #running = false;
  #dial: Dial | null = null;
  #dialNo = 0;
  /** Number of failed dials since a stream was last up for STEADY_MS. */
  #failures = 0;
  #retryTimer: Timer | null = null;
  #probe: Promise<ProbeResult> | null = null;
  /** No probe starts before this time, monotonic ms. */
  #nextProbeMs = 0;
  /** Number of the current attempt. Results of attempts with an older number are ignored. */
  #epoch = 0;

  #queue: Frame[] = [];
  #queueBytes = 0;
  #unflushedBytes = 0;
  #unflushedFrames = 0;
  #flushPlanned = false;

  constructor(address: PeerAddress, context: ProofContext, events: LinkEvents) {
    this.#address = address;
    this.#context = context;
    this.#events = events;
  }

  start(): void {
    this.#running = true;
    this.#probeAndDial();
  }

  stop(): void {
    this.#running = false;
    this.#abandon();
  }

  /** True while the stream is proven and open. */
  get up(): boolean {
    return this.#peer !== null;
  }

  get #peer(): ProvenAcceptor | null {
    return this.#dial?.peer ?? null;
  }

  /** The proven peer's cluster id; null if the link is not up. */
  get clusterId(): string | null {
    return this.#peer?.clusterId ?? null;
  }

  /** Drops the stream and the waiting frames, and dials again. */
  reset(): void {
    if (!this.#running) return;
    this.#abandon();
    this.#probeAndDial();
  }

  /**
   * Call it when the peer has dialled us with this boot id, so that it is alive. A link that waits to retry dials now.
   */
  peerDialled(bootId: string): void {
    if (!this.#running) return;
    if (this.#peer !== null && this.#peer.bootId !== bootId) {
      // The stream leads to an earlier process of the peer, whose host probably died without closing it.
      this.reset();
    } else if (this.#dial === null && this.#retryTimer !== null) {
      this.#failures = 0;
      this.#nextProbeMs = 0;
      this.#abandon();
      this.#probeAndDial();
    }
  }

  /** Probes once, and reports a refusal. Concurrent requests share a probe. */
  probe(): void {
    if (this.#running) void this.#probeOnce();
  }

  /** Queues a frame. False if it was dropped because the link is not up, or because too many frames wait. */
  send(frame: Frame): boolean {
    if (this.#peer === null) return false;
    if (frame.type === "beat") this.#dropQueuedBeat();
    this.#queue.push(frame);
    this.#queueBytes += frameBytes(frame);
    const full =
      this.#queueBytes + this.#unflushedBytes > QUEUE_BYTES_MAX ||
      this.#queue.length + this.#unflushedFrames > QUEUE_FRAMES_MAX;
    if (full) {
      // Dropping one frame would leave a gap that the peer cannot see, but it does see a new stream.
      this.#broken();
      return false;
    }
    if (!this.#flushPlanned) {
      this.#flushPlanned = true;
      queueMicrotask(() => this.flush());
    }
    return true;
  }

  /**
   * Passes the waiting frames to gRPC in packets, because a message per frame would cost more. False: there were none.
   */
  flush(): boolean {
    this.#flushPlanned = false;
    const waited = this.#queue.length > 0;
    while (this.#queue.length > 0 && this.#unflushedBytes < WINDOW_BYTES) {
      const dial = this.#dial;
      if (dial === null || dial.peer === null) return waited;
      const frames = this.#takePacket();
      const bytes = encodePacket({ kind: "frames", frames });
      this.#unflushedBytes += bytes.byteLength;
      this.#unflushedFrames += frames.length;
      const flushed = (): void => {
        if (this.#dial !== dial) return;
        this.#unflushedBytes -= bytes.byteLength;
        this.#unflushedFrames -= frames.length;
        this.flush();
      };
      const pieces = dial.peer.pieces.cut(bytes);
      for (const piece of pieces) dial.call.write(piece, piece === pieces.at(-1) ? flushed : undefined);
    }
    return waited;
  }

  #takePacket(): Frame[] {
    let bytes = 0;
    let count = 0;
    for (const frame of this.#queue) {
      bytes += frameBytes(frame);
      count++;
      if (bytes >= PACKET_BYTES) break;
    }
    this.#queueBytes -= bytes;
    if (count < this.#queue.length) return this.#queue.splice(0, count);
    const all = this.#queue;
    this.#queue = [];
    return all;
  }

  /** Drops an unsent Beat, because the next one makes it worthless. */
  #dropQueuedBeat(): void {
    const index = this.#queue.findLastIndex((frame) => frame.type === "beat");
    if (index < 0) return;
    const [dropped] = this.#queue.splice(index, 1);
    if (dropped !== undefined) this.#queueBytes -= frameBytes(dropped);
  }

  #probeAndDial(): void {
    const epoch = ++this.#epoch;
    void this.#probeOnce().then((result) => {
      if (this.#epoch !== epoch) return;
      if (result === "connected") this.#open();
      else this.#retry(this.#nextDelayMs());
    });
  }

  #probeOnce(): Promise<ProbeResult> {
    this.#probe ??= this.#runProbe().finally(() => {
      this.#probe = null;
    });
    return this.#probe;
  }

  async #runProbe(): Promise<ProbeResult> {
    const wait = this.#nextProbeMs - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const result = await probePort(this.#address.host, this.#address.port);
    this.#nextProbeMs = performance.now() + (result === "refused" ? REFUSED_GAP_MS : PROBE_GAP_MS);
    if (result === "refused" && this.#running) this.#events.onRefused();
    return result;
  }

  #open(): void {
    const client = openClient(this.#address);
    const call = openCall(client, CONNECT_PATH);
    const proof = new DiallerProof(this.#context, "connect", this.#address.id, ++this.#dialNo);
    const proofTimer = setTimeout(() => this.#broken(), PROOF_TIMEOUT_MS);
    const dial: Dial = { client, call, proofTimer, peer: null };
    this.#dial = dial;
    // grpc-js throws an "error" that has no listener. "status" follows it and says the same.
    call.on("error", () => undefined);
    call.on("status", (status: grpc.StatusObject) => {
      if (this.#dial !== dial) return;
      // The acceptor answers only our proof with this code: it has another key.
      if (status.code === grpc.status.UNAUTHENTICATED && dial.peer === null) this.#misfit("key", null);
      else this.#broken();
    });
    call.on("data", (bytes: Uint8Array) => {
      if (this.#dial === dial) this.#receive(dial, proof, bytes);
    });
    call.write(proof.helloBytes);
  }

  /** Takes the acceptor's Hello and proof. Anything that it sends after them breaks the stream. */
  #receive(dial: Dial, proof: DiallerProof, bytes: Uint8Array): void {
    if (dial.peer !== null) return this.#broken();
    const step = (() => {
      try {
        return proof.receive(bytes, decodePacket(bytes));
      } catch {
        return null;
      }
    })();
    if (step === null) return this.#broken();
    switch (step.kind) {
      case "send":
        dial.call.write(step.bytes);
        return;
      case "mismatch":
        return this.#misfit(step.reason, step.proven ? null : step.version);
      case "proven": {
        clearTimeout(dial.proofTimer);
        const { bootId, clusterId } = step.peer;
        const pieces = new PieceWriter(step.keys.dialler);
        dial.peer = { bootId, clusterId, pieces, sinceMs: performance.now() };
        if (step.clockOff) this.#events.onMismatch("clock", null);
        this.#events.onChange(true);
      }
    }
  }

  #misfit(reason: MismatchReason, version: string | null): void {
    this.#abandon();
    this.#retry(MISMATCH_RETRY_MS);
    this.#events.onMismatch(reason, version);
  }

  /** Drops the stream, probes whether the peer's process is gone, and dials again. */
  #broken(): void {
    if (!this.#running) return;
    const since = this.#peer?.sinceMs;
    const wasUp = since !== undefined;
    if (wasUp && performance.now() - since >= STEADY_MS) this.#failures = 0;
    this.#abandon();
    if (wasUp && this.#failures === 0) return this.#probeAndDial();
    if (wasUp) void this.#probeOnce();
    this.#retry(this.#nextDelayMs());
  }

  #retry(delayMs: number): void {
    if (!this.#running) return;
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = null;
      this.#probeAndDial();
    }, delayMs);
  }

  /** The next delay plus up to a fifth, so that two replicas do not dial at the same moments. */
  #nextDelayMs(): number {
    const delay = RETRY_MS[this.#failures++] ?? LATE_RETRY_MS;
    return delay * (1 + Math.random() / 5);
  }

  /** Closes the stream, forgets the waiting frames, and stops the timers. */
  #abandon(): void {
    this.#epoch++;
    if (this.#retryTimer !== null) clearTimeout(this.#retryTimer);
    this.#retryTimer = null;
    const dial = this.#dial;
    this.#dial = null;
    this.#queue = [];
    this.#queueBytes = 0;
    this.#unflushedBytes = 0;
    this.#unflushedFrames = 0;
    if (dial === null) return;
    clearTimeout(dial.proofTimer);
    dial.call.cancel();
    dial.client.close();
    if (dial.peer !== null) this.#events.onChange(false);
  }
}
