/**
 * The stream this replica dials to one peer, and sends its frames on.
 *
 *     waiting --> probing --> dialling (gRPC, peer proof) --> up
 *        ^           |             |                          |
 *        +-----------+-------------+---- broken, refused -----+
 *
 * A broken stream is followed at once by a raw TCP probe: if that is refused, the peer's
 * process is gone, and the owner hears it within milliseconds. The same probe leads every
 * dial, so a dead port costs one connect, not a gRPC channel.
 */
import * as grpc from "@grpc/grpc-js";
import type { Frame } from "../frame.ts";
import { decodePacket, encodePacket, frameBytes } from "./packet.ts";
import { PieceWriter } from "./pieces.ts";
import { type ProbeResult, probePort } from "./probe.ts";
import { DiallerProof, type MismatchReason, type ProofContext } from "./proof.ts";
import { CONNECT_PATH, openCall, openClient, type PeerAddress, type PeerCallStream } from "./service.ts";

/** A link whose unsent frames exceed one of these is dropped: its peer reads too slowly to be served. */
export const QUEUE_BYTES_MAX = 32 * 1024 * 1024;
export const QUEUE_FRAMES_MAX = 4096;

/** Bytes handed to gRPC and not yet flushed; what is beyond waits here, where Beats can be replaced. */
const WINDOW_BYTES = 4 * 1024 * 1024;
/** A packet is closed once it has this much: what follows can be decoded while it is still on its way. */
const PACKET_BYTES = 1024 * 1024;
/** From a dial to the peer's proof. A frozen peer accepts and says nothing; so does a silent partition. */
const PROOF_TIMEOUT_MS = 1000;
/** A link that was up for less counts as one more failed dial: two replicas that drop each other must not spin. */
const STEADY_MS = 1000;
/** Between dials of a peer that is not ours (wrong key, cluster, modes). */
const MISMATCH_RETRY_MS = 2000;
/** Between two probes of one port, and after a refused one, however often the owner asks: see the trap in peers/probe.ts. */
const PROBE_GAP_MS = 5;
const REFUSED_GAP_MS = 50;
/**
 * A dying process may close its streams before its listening port, and a probe in between
 * is still accepted: look again soon after the first dials that failed. Later rarely: with
 * the jitter at most two dials a second once the peer is long gone.
 */
const RETRY_MS = [5, 15, 50, 150, 250, 350, 450];
const LATE_RETRY_MS = 500;

export interface LinkEvents {
  /** Nobody listens at the peer's port. */
  onRefused(): void;
  /** `version` is what its executable claims to be, with the reason of that name. */
  onMismatch(reason: MismatchReason, version: string | null): void;
  /** Proven and open, or no longer. */
  onChange(up: boolean): void;
}

interface Dial {
  readonly client: grpc.Client;
  readonly call: PeerCallStream;
  readonly proofTimer: Timer;
  /** Once proven. */
  peer: ProvenAcceptor | null;
}

interface ProvenAcceptor {
  readonly bootId: string;
  readonly clusterId: string;
  readonly pieces: PieceWriter;
  /** Monotonic. */
  readonly sinceMs: number;
}

type Timer = ReturnType<typeof setTimeout>;

/** Dials one peer for as long as it runs; sends on the stream it has. Frames sent while there is none are dropped. */
export class PeerLink {
  readonly #address: PeerAddress;
  readonly #context: ProofContext;
  readonly #events: LinkEvents;
  #running = false;
  #dial: Dial | null = null;
  #dialNo = 0;
  /** Dials since the last steady link. */
  #failures = 0;
  #retryTimer: Timer | null = null;
  #probe: Promise<ProbeResult> | null = null;
  /** Monotonic; no probe begins before. */
  #nextProbeMs = 0;
  /** Names what is going on; whatever was begun under an older number is void. */
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

  /** Proven and open. */
  get up(): boolean {
    return this.#peer !== null;
  }

  get #peer(): ProvenAcceptor | null {
    return this.#dial?.peer ?? null;
  }

  /** The proven peer's cluster; null if the link is not up. */
  get clusterId(): string | null {
    return this.#peer?.clusterId ?? null;
  }

  /** Drops the stream and what waits for it, and dials again. */
  reset(): void {
    if (!this.#running) return;
    this.#abandon();
    this.#probeAndDial();
  }

  /** The peer has just dialled us: it lives, and under this boot. A link that waits dials now. */
  peerDialled(bootId: string): void {
    if (!this.#running) return;
    if (this.#peer !== null && this.#peer.bootId !== bootId) {
      // Open to a process that is gone, or so it seems: its host died without a word.
      this.reset();
    } else if (this.#dial === null && this.#retryTimer !== null) {
      this.#failures = 0;
      this.#nextProbeMs = 0;
      this.#abandon();
      this.#probeAndDial();
    }
  }

  /** Probes once (requests at the same time share one); reports a refusal. */
  probe(): void {
    if (this.#running) void this.#probeOnce();
  }

  /** False if the frame was dropped: no proven link, or more waits than may. */
  send(frame: Frame): boolean {
    if (this.#peer === null) return false;
    if (frame.type === "beat") this.#dropQueuedBeat();
    this.#queue.push(frame);
    this.#queueBytes += frameBytes(frame);
    const full =
      this.#queueBytes + this.#unflushedBytes > QUEUE_BYTES_MAX ||
      this.#queue.length + this.#unflushedFrames > QUEUE_FRAMES_MAX;
    if (full) {
      // One frame less in the middle would be a gap that nobody sees; a new stream is seen.
      this.#broken();
      return false;
    }
    if (!this.#flushPlanned) {
      this.#flushPlanned = true;
      queueMicrotask(() => this.flush());
    }
    return true;
  }

  /** Hands what waits to gRPC, packed: it pays one packet, not one message a frame. False: nothing waited. */
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

  /** A Beat says how things are: an unsent older one is worth nothing beside it. */
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
    // grpc-js throws an "error" without a listener; "status" follows it and says the same.
    call.on("error", () => undefined);
    call.on("status", (status: grpc.StatusObject) => {
      if (this.#dial !== dial) return;
      // Only our proof is answered like that: the acceptor has another key.
      if (status.code === grpc.status.UNAUTHENTICATED && dial.peer === null) this.#misfit("key", null);
      else this.#broken();
    });
    call.on("data", (bytes: Uint8Array) => {
      if (this.#dial === dial) this.#receive(dial, proof, bytes);
    });
    call.write(proof.helloBytes);
  }

  /** The way back carries the acceptor's Hello and proof; anything more breaks the link. */
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

  /** The stream broke or must go: is the peer's process gone? And dial again. */
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

  /** Plus up to a fifth, so that two replicas do not dial in step. */
  #nextDelayMs(): number {
    const delay = RETRY_MS[this.#failures++] ?? LATE_RETRY_MS;
    return delay * (1 + Math.random() / 5);
  }

  /** Closes the stream, forgets what waits, stops the timers. */
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
