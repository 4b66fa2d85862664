/**
 * The peer proof: before anything else is sent on a stream, both ends prove that they hold the cluster
 * key and that their settings fit together. It is pure except for nonces and the time.
 *
 *     mac = HMAC-SHA256(key, "lastword-peer" | call | direction | dialler's Hello | acceptor's Hello)
 *
 * Each part is preceded by its length, and the Hellos are the bytes that were on the wire. They hold
 * both nonces (against replays), both ids (so that a proof for one replica is none for another) and
 * all settings (so that nobody can change them on the way). The direction prevents an acceptor from
 * sending the dialler's proof back to it. The acceptor proves itself second, so a stranger gets no mac.
 *
 * The proof also yields two keys for the call, one for each direction, with which everything that
 * follows is sealed (peers/pieces.ts):
 *
 *     key = HMAC-SHA256(cluster key, "lastword-stream" | call | direction | both Hellos)
 *
 * So the later messages are authenticated like the peer itself. They are not encrypted: if others can
 * read the network, use TLS or a private network underneath.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { encodePacket, type Hello, type Packet } from "./packet.ts";
import { commonProtocol, type Release } from "../release.ts";
import type { ReplicaId } from "../view.ts";

/** Wall clocks that differ by more than this are reported. */
const CLOCK_OFF_MS = 5 * 60 * 1000;

const NONCE_BYTES = 16;

/**
 * Why a peer that answers does not fit. "clock" is only reported; after the other reasons the peer is refused as well.
 */
export type MismatchReason = "key" | "cluster" | "mode" | "peers" | "version" | "clock";

/** The call that a proof is for. A proof for one is not valid for the other. */
export type PeerCall = "connect" | "snapshot" | "files";

/** How this replica identifies itself to its peers. */
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
  /** Id of the cluster that this store belongs to; empty while it belongs to none. */
  readonly clusterId: () => string;
  readonly modeHash: Uint8Array;
  readonly peersHash: Uint8Array;
  /** Wall clock, ms since 1970. */
  readonly nowMs: () => number;
}

/** The keys of one proven call, by the side that sends. */
export type CallKeys = Readonly<Record<Direction, Uint8Array>>;

/** What a side of the proof must do next. */
export type ProofStep =
  /** Send these bytes and wait for the other side. */
  | { readonly kind: "send"; readonly bytes: Uint8Array }
  /**
   * The other side holds the key and fits. An acceptor must still send `bytes`, its own proof; for a dialler it is
   * null.
   */
  | {
      readonly kind: "proven";
      readonly peer: Hello;
      readonly bytes: Uint8Array | null;
      readonly clockOff: boolean;
      readonly keys: CallKeys;
    }
  /**
   * Send `bytes` if there are any (the acceptor's answer, from which the dialler sees the reason itself), then close.
   */
  | {
      readonly kind: "mismatch";
      readonly reason: "key" | "version";
      readonly bytes: Uint8Array | null;
      readonly proven: false;
      /** The version that the other side claims to run, for the reason "version"; null if it named none. */
      readonly version: string | null;
    }
  | {
      readonly kind: "mismatch";
      readonly reason: "cluster" | "mode" | "peers";
      readonly bytes: Uint8Array | null;
      /** It holds our key, and has the id that it claims. */
      readonly proven: true;
      readonly peer: Hello;
    };

/** SHA-256 of settings in their canonical form, which must be the same at all replicas. */
export function settingsHash(canonical: string): Uint8Array {
  return createHash("sha256").update(canonical).digest();
}

/** The dialler's half of the proof. */
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

  /** What to do after the acceptor's next packet. `bytes` is the packet as received, `packet` the same one decoded. */
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

/** The acceptor's half of the proof. */
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

  /** What to do after the dialler's next packet; see DiallerProof. */
  receive(bytes: Uint8Array, packet: Packet): ProofStep {
    if (this.#dialler === null) {
      if (packet.kind !== "hello") return refuse("version");
      // Answer even an unknown version, so that the dialler sees the reason itself.
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

/** HMAC-SHA256 over the parts, each preceded by its length. */
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

/** Why a holder of the key is not the expected peer; null if it is. */
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

/** True if the two cluster ids fit together. A store that belongs to no cluster yet ("") fits any. */
export function clustersFit(mine: string, theirs: string): boolean {
  return mine === theirs || mine === "" || theirs === "";
}

function clockOff(context: ProofContext, peer: Hello): boolean {
  return Math.abs(context.nowMs() - peer.timeMs) > CLOCK_OFF_MS;
}

/** Compares in constant time if the lengths are equal; the length is no secret. */
function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}

function refuse(reason: "key" | "version", release: Release | null = null): ProofStep & { proven: false } {
  return { kind: "mismatch", reason, bytes: null, proven: false, version: release?.version ?? null };
}
