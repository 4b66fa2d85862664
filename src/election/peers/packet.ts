/**
 * Packets: the messages on the calls of the Peer service, which hold frames, the peer proof, or parts
 * of snapshots. This file converts between bytes and tagged values, and knows no streams.
 */
import { feature } from "bun:bundle";
import protobuf from "protobufjs";
import type { WireFileAnswer } from "../../../proto/gen/lastword/v1/FileAnswer.ts";
import type { WireFileQuestion } from "../../../proto/gen/lastword/v1/FileQuestion.ts";
import type { WireFrame } from "../../../proto/gen/lastword/v1/Frame.ts";
import type { WireFrames } from "../../../proto/gen/lastword/v1/Frames.ts";
import type { WireHello } from "../../../proto/gen/lastword/v1/Hello.ts";
import type { WirePacket } from "../../../proto/gen/lastword/v1/Packet.ts";
import type { WireSnapshotHeader } from "../../../proto/gen/lastword/v1/SnapshotHeader.ts";
import type { Decoded, Encodable } from "../../../proto/message-type.ts";
import { beginMessage } from "../../../proto/wire-writer.ts";
import { NEXT_FRAME, NEXT_FRAME_BYTES } from "./next-frame.ts";
import type { StagedSnapshot } from "../event.ts";
import { FILE_ASKS, type FileAnswer, type FileQuestion } from "../file-exchange.ts";
import type { Frame, UnreadFrame } from "../frame.ts";
import type { Release } from "../release.ts";
import {
  ballotFromWire,
  CodecError,
  frameFromWire,
  frameToWire,
  peerType,
  releaseFromWire,
  seqFromWire,
  viewFromWire,
  viewToWire,
} from "./codec.ts";
import type { ReplicaId, Seq } from "../view.ts";

/** The first packet in each direction; see peer.proto. */
export interface Hello {
  readonly release: Release;
  readonly clusterId: string;
  readonly replicaId: ReplicaId;
  readonly toReplicaId: ReplicaId;
  readonly storeId: string;
  readonly bootId: string;
  readonly nonce: Uint8Array;
  readonly modeHash: Uint8Array;
  readonly peersHash: Uint8Array;
  /** ms since 1970. */
  readonly timeMs: number;
  readonly dialNo: number;
}

/** What a snapshot's sender announces before the chunks. */
export type SnapshotHeader = Omit<StagedSnapshot, "ref">;

/** A packet as it is received. */
export type Packet =
  | { readonly kind: "hello"; readonly hello: Hello }
  | { readonly kind: "proof"; readonly mac: Uint8Array }
  | { readonly kind: "frames"; readonly frames: readonly (Frame | UnreadFrame)[] }
  | { readonly kind: "snapshotRequest"; readonly commonSeq: Seq }
  | { readonly kind: "snapshotHeader"; readonly header: SnapshotHeader }
  | { readonly kind: "snapshotChunk"; readonly chunk: Uint8Array }
  | { readonly kind: "snapshotEnd"; readonly chunks: number; readonly bytes: number }
  | { readonly kind: "fileQuestion"; readonly question: FileQuestion }
  | { readonly kind: "fileAnswer"; readonly answer: FileAnswer };

/** A packet as this executable sends it. It knows every frame in it. */
export type PacketToSend =
  Exclude<Packet, { kind: "frames" }> | { readonly kind: "frames"; readonly frames: readonly Frame[] };

const PACKET = peerType<WirePacket>("Packet");
const FRAME = peerType<WireFrame>("Frame");

/** Tags (field number, wire type 2) of Packet.frames and Frames.frames. */
const FRAMES_TAG = (PACKET.type.fields["frames"]!.id << 3) | 2;
const FRAME_TAG = (peerType<WireFrames>("Frames").type.fields["frames"]!.id << 3) | 2;

/** The packet's bytes, below PACKET_BYTES_MAX if its frames keep their own bounds. */
export function encodePacket(packet: PacketToSend): Uint8Array {
  if (packet.kind === "frames") return encodeFrames(packet.frames);
  return PACKET.encode(packetToWire(packet));
}

/** Kinds that are sent to several peers: a Beat or Gossip to all, an Append to all followers at the same position. */
const TO_SEVERAL: ReadonlySet<Frame["type"]> = new Set(["append", "beat", "gossip"]);

/** For each of these kinds, the frame that was encoded last. */
const encoded = new Map<Frame["type"], { readonly frame: Frame; readonly bytes: Uint8Array }>();

/** Packet { Frames { Frame... } } around frames that are encoded one by one. */
function encodeFrames(frames: readonly Frame[]): Uint8Array {
  // Encode all frames before the packet is begun, because the writer writes one message at a time.
  const encodedFrames = frames.map(encodeFrame);
  const writer = beginMessage().uint32(FRAMES_TAG).fork();
  for (const bytes of encodedFrames) writer.uint32(FRAME_TAG).bytes(bytes);
  if (feature("NEXT") && frames.some(({ type }) => type === "beat")) writer.uint32(FRAME_TAG).bytes(NEXT_FRAME_BYTES);
  return writer.ldelim().finish();
}

function encodeFrame(frame: Frame): Uint8Array {
  const last = encoded.get(frame.type);
  if (last?.frame === frame) return last.bytes;
  const bytes = FRAME.encode(frameToWire(frame));
  if (TO_SEVERAL.has(frame.type)) encoded.set(frame.type, { frame, bytes });
  return bytes;
}

function packetToWire(packet: Exclude<Packet, { kind: "frames" }>): Partial<Encodable<WirePacket>> {
  switch (packet.kind) {
    case "hello":
      return { hello: packet.hello };
    case "proof":
      return { proof: { mac: packet.mac } };
    case "snapshotRequest":
      return { snapshotRequest: { commonSeq: packet.commonSeq } };
    case "snapshotHeader":
      return {
        snapshotHeader: { ...packet.header, lineage: packet.header.lineage.map(viewToWire) },
      };
    case "snapshotChunk":
      return { snapshotChunk: packet.chunk };
    case "snapshotEnd":
      return { snapshotEnd: { chunks: packet.chunks, bytes: packet.bytes } };
    case "fileQuestion":
      return { fileQuestion: packet.question };
    case "fileAnswer":
      return { fileAnswer: packet.answer };
  }
}

/**
 * Decodes a packet. A frame that cannot be read becomes an UnreadFrame, so that the others can still be read.
 * @throws CodecError if the bytes are no packet of a protocol version that this executable understands.
 */
export function decodePacket(bytes: Uint8Array): Packet {
  try {
    const packet = packetFromWire(PACKET.decode(bytes));
    if (packet.kind !== "frames" || packet.frames.every(({ type }) => type !== "unread")) return packet;
    const numbers = frameNumbers(bytes);
    const frames = packet.frames.map((frame, i) =>
      frame.type === "unread" ? { ...frame, number: numbers[i] ?? 0 } : frame,
    );
    if (feature("NEXT")) {
      return {
        kind: "frames",
        frames: frames.filter((frame) => frame.type !== "unread" || frame.number !== NEXT_FRAME),
      };
    }
    return { kind: "frames", frames };
  } catch (error) {
    if (error instanceof CodecError) throw error;
    // protobufjs throws RangeError, TypeError or plain Error for truncated or invalid bytes.
    throw new CodecError("bytes that are no packet", { cause: error });
  }
}

function packetFromWire(wire: Decoded<WirePacket>): Packet {
  const { body } = wire;
  if (body === undefined) throw new CodecError("a packet of no known kind");
  switch (body) {
    case "hello":
      return { kind: "hello", hello: helloFromWire(wire.hello!) };
    case "proof":
      return { kind: "proof", mac: wire.proof!.mac };
    case "frames":
      return { kind: "frames", frames: wire.frames!.frames.map(readFrame) };
    case "snapshotRequest":
      return { kind: "snapshotRequest", commonSeq: seqFromWire(wire.snapshotRequest!.commonSeq) };
    case "snapshotHeader":
      return { kind: "snapshotHeader", header: headerFromWire(wire.snapshotHeader!) };
    case "snapshotChunk":
      return { kind: "snapshotChunk", chunk: wire.snapshotChunk! };
    case "snapshotEnd": {
      const { chunks, bytes } = wire.snapshotEnd!;
      return { kind: "snapshotEnd", chunks: seqFromWire(chunks), bytes: seqFromWire(bytes) };
    }
    case "fileQuestion":
      return { kind: "fileQuestion", question: questionFromWire(wire.fileQuestion!) };
    case "fileAnswer":
      return { kind: "fileAnswer", answer: answerFromWire(wire.fileAnswer!) };
  }
}

const UNREAD: UnreadFrame = { type: "unread", number: 0 };

function readFrame(wire: Decoded<WireFrame>): Frame | UnreadFrame {
  try {
    return frameFromWire(wire);
  } catch (error) {
    if (error instanceof CodecError) return UNREAD;
    throw error;
  }
}

/** The field numbers of the frames in a packet of frames, because the decoder drops unknown fields. */
function frameNumbers(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  const reader = protobuf.Reader.create(bytes);
  for (const frames of fieldsOf(reader, bytes.length)) {
    for (const frame of fieldsOf(reader, frames.end)) {
      numbers.push(reader.pos < frame.end ? reader.uint32() >>> 3 : 0);
      reader.pos = frame.end;
    }
  }
  return numbers;
}

/**
 * Iterates over the messages in a message that has only such fields. The caller must move the reader to the `end` of
 * each.
 */
function* fieldsOf(reader: protobuf.Reader, end: number): Generator<{ readonly end: number }> {
  while (reader.pos < end) {
    reader.uint32();
    const length = reader.uint32();
    yield { end: reader.pos + length };
  }
}

function helloFromWire(wire: Decoded<WireHello>): Hello {
  const { clusterId, replicaId, toReplicaId, storeId, bootId, nonce, modeHash, peersHash } = wire;
  return {
    release: releaseFromWire(wire.release),
    clusterId,
    replicaId,
    toReplicaId,
    storeId,
    bootId,
    nonce,
    modeHash,
    peersHash,
    timeMs: seqFromWire(wire.timeMs),
    dialNo: seqFromWire(wire.dialNo),
  };
}

function headerFromWire(wire: Decoded<WireSnapshotHeader>): SnapshotHeader {
  return {
    ballot: ballotFromWire(wire.ballot),
    lineage: wire.lineage.map(viewFromWire),
    logFirstSeq: seqFromWire(wire.logFirstSeq),
    appliedSeq: seqFromWire(wire.appliedSeq),
    commonSeq: seqFromWire(wire.commonSeq),
  };
}

function questionFromWire({ ask, names, offset, data }: Decoded<WireFileQuestion>): FileQuestion {
  if (!FILE_ASKS.some((one) => one === ask)) throw new CodecError("an unknown question about files");
  return { ask: ask as FileQuestion["ask"], names, offset: seqFromWire(offset), data };
}

function answerFromWire({ result, offset, data }: Decoded<WireFileAnswer>): FileAnswer {
  if (result !== "yes" && result !== "no" && result !== "full") throw new CodecError("an unknown answer about files");
  return { result, offset: seqFromWire(offset), data };
}

/** Roughly how many bytes a frame takes in memory and on the wire. The bytes of ops, which dominate, are exact. */
export function frameBytes(frame: Frame): number {
  let bytes = 256;
  if (frame.type === "append" || frame.type === "tail") {
    for (const batch of frame.batches) {
      bytes += batch.kind === "op" ? 64 : 512;
      if (batch.kind === "op") for (const op of batch.ops) bytes += op.byteLength + 4;
    }
  } else if (frame.type === "propose") {
    for (const op of frame.ops) bytes += op.byteLength + 72;
  } else if (frame.type === "join") {
    bytes += frame.lineage.length * 48;
  } else if (frame.type === "gossip") {
    bytes += encodeFrame(frame).byteLength;
  }
  return bytes;
}
