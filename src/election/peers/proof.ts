/**
 * The peer proof: both ends of a stream show that they hold the cluster key before
 * anything else is said, and that they belong together. Pure but for nonces and the time.
 *
 *     mac = HMAC-SHA256(key, "lastword-peer" | call | direction | dialler's Hello | acceptor's Hello)
 *
 * with each part led by its length, the Hellos as the bytes that were on the wire. They carry
 * both nonces (no replay), both ids (a proof for one replica is none for another) and all
 * settings (nobody in between changed them). The direction keeps an acceptor from sending
 * the dialler's proof back to it. The acceptor proves itself second: a stranger gets no mac.
 *
 * It also gives each call two keys of its own, one for each direction, with which everything
 * that follows is sealed (peers/pieces.ts):
 *
 *     key = HMAC-SHA256(cluster key, "lastword-stream" | call | direction | both Hellos)
 *
 * So what is said is as proven as who says it. It can be read on the way: put TLS under it, or
 * a network of one's own, where that matters.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { encodePacket, type Hello, type Packet } from "./packet.ts";
import { commonProtocol, type Release } from "../release.ts";
import type { ReplicaId } from "../view.ts";

/** Wall clocks further apart than this are reported. */
export const CLOCK_OFF_MS = 5 * 60 * 1000;

const NONCE_BYTES = 16;

/** Why a peer that answers is not one of ours. A "clock" is reported, the others refused as well. */
export type MismatchReason = "key" | "cluster" | "mode" | "peers" | "version" | "clock";

/** The call that a proof is for; one is no good for the other. */
export type PeerCall = "connect" | "snapshot";

/** This replica as its peers shall know it. */
export interface PeerIdentity {
  readonly replicaId: ReplicaId;
  readonly storeId: string;
  readonly bootId: string;
}

/** What all proofs of one replica share. */
export interface ProofContext {
  readonly self: PeerIdentity;
  readonly release: Release;
  readonly key: Uint8Array;
  /** Id of the cluster this store belongs to; empty while it belongs to none. */
  readonly clusterId: () => string;
  readonly modeHash: Uint8Array;
  readonly peersHash: Uint8Array;
  /** Wall clock, ms since 1970. */
  readonly nowMs: () => number;
}

/** Keys of one proven call, by who sends. */
export type CallKeys = Readonly<Record<Direction, Uint8Array>>;

export type ProofStep =
  /** Send these bytes and wait for the other side. */
  | { readonly kind: "send"; readonly bytes: Uint8Array }
  /** The other side holds the key and fits. An acceptor must send `bytes`, its own proof; a dialler has nothing left to send. */
  | {
      readonly kind: "proven";
      readonly peer: Hello;
      readonly bytes: Uint8Array | null;
      readonly clockOff: boolean;
      readonly keys: CallKeys;
    }
  /** Send `bytes` if there are any (the acceptor's own answer: the dialler then sees the reason itself), then close. */
  | {
      readonly kind: "mismatch";
      readonly reason: "key" | "version";
      readonly bytes: Uint8Array | null;
      readonly proven: false;
      /** The version of the executable that the other side claims to be; only with reason "version", null if it said none. */
      readonly version: string | null;
    }
  | {
      readonly kind: "mismatch";
      readonly reason: "cluster" | "mode" | "peers";
      readonly bytes: Uint8Array | null;
      /** It does hold our key, and is who it says it is. */
      readonly proven: true;
      readonly peer: Hello;
    };

/** SHA-256 of settings in a form that is the same at all replicas. */
export function settingsHash(canonical: string): Uint8Array {
  return createHash("sha256").update(canonical).digest();
}

/** One dial's half of the proof. */
export class DiallerProof {
  readonly #context: ProofContext;
  readonly #call: PeerCall;
  readonly #to: ReplicaId;
  #answer: Hello | null = null;
  #answerBytes: Uint8Array = new Uint8Array(0);
  /** The packet to send first. */
  readonly helloBytes: Uint8Array;

  constructor(context: ProofContext, call: PeerCall, to: ReplicaId, dialNo: number) {
    this.#context = context;
    this.#call = call;
    this.#to = to;
    this.helloBytes = makeHello(context, to, dialNo);
  }

  /** What to do about the acceptor's next packet. `bytes` is it as received, `packet` the same decoded. */
  receive(bytes: Uint8Array, packet: Packet): ProofStep {
    if (this.#answer === null) {
      if (packet.kind !== "hello") return refuse("version");
      const { release } = packet.hello;
      if (commonProtocol(release, this.#context.release) === null) return refuse("version", release);
      this.#answer = packet.hello;
      this.#answerBytes = bytes;
      return { kind: "send", bytes: proofPacket(this.#mac("dialler")) };
    }
    const answer = this.#answer;
    if (packet.kind !== "proof" || !sameBytes(packet.mac, this.#mac("acceptor"))) {
      return refuse("key");
    }
    const reason = misfit(this.#context, answer, [this.#to]);
    if (reason !== null) {
      return { kind: "mismatch", reason, peer: answer, bytes: null, proven: true };
    }
    const keys = callKeys(this.#context.key, this.#call, this.helloBytes, this.#answerBytes);
    const off = clockOff(this.#context, answer);
    return { kind: "proven", peer: answer, bytes: null, clockOff: off, keys };
  }

  #mac(direction: Direction): Uint8Array {
    return mac(this.#context.key, this.#call, direction, this.helloBytes, this.#answerBytes);
  }
}

/** One accepted stream's half of the proof. */
export class AcceptorProof {
  readonly #context: ProofContext;
  readonly #call: PeerCall;
  readonly #peers: readonly ReplicaId[];
  #dialler: Hello | null = null;
  #diallerBytes: Uint8Array = new Uint8Array(0);
  #helloBytes: Uint8Array = new Uint8Array(0);

  constructor(context: ProofContext, call: PeerCall, peers: readonly ReplicaId[]) {
    this.#context = context;
    this.#call = call;
    this.#peers = peers;
  }

  /** What to do about the dialler's next packet; as in DiallerProof. */
  receive(bytes: Uint8Array, packet: Packet): ProofStep {
    if (this.#dialler === null) {
      if (packet.kind !== "hello") return refuse("version");
      // The answer goes out for a foreign version too: the dialler then sees the reason itself.
      this.#helloBytes = makeHello(this.#context, packet.hello.replicaId, 0);
      const { release } = packet.hello;
      if (commonProtocol(release, this.#context.release) === null) {
        return { ...refuse("version", release), bytes: this.#helloBytes };
      }
      if (packet.hello.nonce.byteLength < NONCE_BYTES) return refuse("key");
      this.#dialler = packet.hello;
      this.#diallerBytes = bytes;
      return { kind: "send", bytes: this.#helloBytes };
    }
    const dialler = this.#dialler;
    if (packet.kind !== "proof" || !sameBytes(packet.mac, this.#mac("dialler"))) {
      return refuse("key");
    }
    const proof = proofPacket(this.#mac("acceptor"));
    const reason = misfit(this.#context, dialler, this.#peers);
    if (reason !== null) {
      return { kind: "mismatch", reason, peer: dialler, bytes: proof, proven: true };
    }
    const off = clockOff(this.#context, dialler);
    const keys = callKeys(this.#context.key, this.#call, this.#diallerBytes, this.#helloBytes);
    return { kind: "proven", peer: dialler, bytes: proof, clockOff: off, keys };
  }

  #mac(direction: Direction): Uint8Array {
    return mac(this.#context.key, this.#call, direction, this.#diallerBytes, this.#helloBytes);
  }
}

type Direction = "dialler" | "acceptor";

function makeHello(context: ProofContext, to: ReplicaId, dialNo: number): Uint8Array {
  return encodePacket({
    kind: "hello",
    hello: {
      release: context.release,
      clusterId: context.clusterId(),
      ...context.self,
      toReplicaId: to,
      nonce: randomBytes(NONCE_BYTES),
      modeHash: context.modeHash,
      peersHash: context.peersHash,
      timeMs: Math.max(0, Math.round(context.nowMs())),
      dialNo,
    },
  });
}

function mac(
  key: Uint8Array,
  call: PeerCall,
  direction: Direction,
  diallerHello: Uint8Array,
  acceptorHello: Uint8Array,
): Uint8Array {
  return keyed(key, ["lastword-peer", call, direction, diallerHello, acceptorHello]);
}

function callKeys(key: Uint8Array, call: PeerCall, diallerHello: Uint8Array, acceptorHello: Uint8Array): CallKeys {
  const of = (direction: Direction): Uint8Array =>
    keyed(key, ["lastword-stream", call, direction, diallerHello, acceptorHello]);
  return { dialler: of("dialler"), acceptor: of("acceptor") };
}

/** HMAC-SHA256 over the parts, each led by its length. */
function keyed(key: Uint8Array, parts: readonly (string | Uint8Array)[]): Uint8Array {
  const hmac = createHmac("sha256", key);
  const length = Buffer.alloc(4);
  for (const part of parts) {
    length.writeUInt32BE(Buffer.byteLength(part));
    hmac.update(length).update(part);
  }
  return hmac.digest();
}

function proofPacket(value: Uint8Array): Uint8Array {
  return encodePacket({ kind: "proof", mac: value });
}

/** Why a holder of the key is not the peer we look for; null if it is. */
function misfit(
  context: ProofContext,
  peer: Hello,
  expected: readonly ReplicaId[],
): "cluster" | "mode" | "peers" | null {
  if (!clustersFit(context.clusterId(), peer.clusterId)) return "cluster";
  if (!sameBytes(peer.modeHash, context.modeHash)) return "mode";
  if (!sameBytes(peer.peersHash, context.peersHash)) return "peers";
  if (!expected.includes(peer.replicaId)) return "peers";
  return peer.toReplicaId === context.self.replicaId ? null : "peers";
}

/** A store that belongs to no cluster yet fits any. */
export function clustersFit(mine: string, theirs: string): boolean {
  return mine === theirs || mine === "" || theirs === "";
}

function clockOff(context: ProofContext, peer: Hello): boolean {
  return Math.abs(context.nowMs() - peer.timeMs) > CLOCK_OFF_MS;
}

/** In constant time for equal lengths; the length itself is no secret. */
function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}

function refuse(reason: "key" | "version", release: Release | null = null): ProofStep & { proven: false } {
  return { kind: "mismatch", reason, bytes: null, proven: false, version: release?.version ?? null };
}
