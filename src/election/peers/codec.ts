/**
 * Frames as bytes and back: frame.ts is the meaning, proto/peer.proto the wire form. Field
 * names are the same in both, so encoding mostly hands a frame to protobufjs as it is; only
 * enums, unions and "absent" are translated. Decoding checks what the types promise and
 * throws CodecError otherwise: a peer is trusted, but it may be of another version, or its memory may be broken.
 *
 * Hot frames are Append (64 ops of 300 bytes) and AppendOk. Ops are views into the packet
 * they came in, not copies: whoever keeps one for long keeps the packet.
 */
import protobuf from "protobufjs";
import { uint64Of } from "../../../proto/wire-reader.ts";
import { assert } from "../../base/assert.ts";
import type { Batch, Frame, FrameType, LineagePoint, Role } from "../frame.ts";
import type { Release } from "../release.ts";
import { peerDescriptor } from "./proto.macro.ts" with { type: "macro" };
import type { Ballot, Consistency, Recovery, ReplicaId, Seq, View, ViewNo } from "../view.ts";

/** Bytes that are no frame or packet of a protocol version that this executable speaks. */
export class CodecError extends Error {
  override readonly name = "CodecError";
}

const root = protobuf.Root.fromJSON(peerDescriptor());

/** The protobuf type `lastword.v1.<name>` of peer.proto. */
export function peerType(name: string): protobuf.Type {
  return root.lookupType(`lastword.v1.${name}`);
}

/** A message as it is decoded: absent fields are undefined, null or their default. */
export type Wire = Readonly<Record<string, unknown>>;

const ROLES: readonly Role[] = ["leader", "follower", "learner", "recovering"];
const CONSISTENCIES: readonly Consistency[] = ["available", "strict"];
const RECOVERIES: readonly Recovery[] = ["wait", "majority", "any"];

/** The oneof that a wire Frame holds, as an object for protobufjs' encoder. */
export function frameToWire(frame: Frame): Wire {
  switch (frame.type) {
    case "beat":
      return {
        beat: { ...frame, role: enumToWire(ROLES, frame.role), view: viewToWire(frame.view) },
      };
    case "append":
      return { append: { ...frame, batches: frame.batches.map(batchToWire) } };
    case "tail":
      return { tail: { ...frame, batches: frame.batches.map(batchToWire) } };
    case "granted":
      return { granted: { ...frame, view: viewToWire(frame.view) } };
    case "appendOk":
    case "refuse":
    case "join":
    case "snapshotOffer":
    case "promise":
    case "denied":
    case "propose":
    case "handoff":
    case "leave":
    case "leaveOk":
    case "readIndex":
    case "readIndexOk":
    case "gossip":
      // Same names, same shapes, and null is "absent" to protobufjs.
      return { [frame.type]: frame };
  }
}

function batchToWire(batch: Batch): Wire {
  return batch.kind === "op" ? { op: batch } : { view: viewToWire(batch.view) };
}

/** A view as the wire has it; null stays absent. */
export function viewToWire(view: View | null): Wire | null {
  if (view === null) return null;
  return {
    ...view,
    forkRisk: view.forkRisk === null ? null : { replicaIds: view.forkRisk },
    consistency: enumToWire(CONSISTENCIES, view.consistency),
    recovery: enumToWire(RECOVERIES, view.recovery),
  };
}

/** Enums of peer.proto count from 1: 0 is "unspecified". */
function enumToWire<T>(values: readonly T[], value: T): number {
  const index = values.indexOf(value);
  assert(index >= 0, "a frame holds a value that its type does not allow");
  return index + 1;
}

/** @throws CodecError */
export function frameFromWire(wire: Wire): Frame {
  const type = wire["frame"] as FrameType | undefined;
  if (type === undefined) throw new CodecError("a frame of no known kind");
  return DECODE[type](wire[type] as Wire);
}

/** One decoder for each kind of frame; the compiler sees to it that none is missing. */
const DECODE: { readonly [T in FrameType]: (w: Wire) => Extract<Frame, { type: T }> } = {
  beat: (w) => ({
    type: "beat",
    role: enumFromWire(ROLES, w["role"]),
    storeId: text(w["storeId"]),
    bootId: text(w["bootId"]),
    active: flag(w["active"]),
    eligible: flag(w["eligible"]),
    admitted: flag(w["admitted"]),
    view: orNull(w["view"], viewFromWire),
    lineageTail: list(w["lineageTail"]).map(pointFromWire),
    lastSeq: seqFromWire(w["lastSeq"]),
    durableSeq: seqFromWire(w["durableSeq"]),
    commit: seqFromWire(w["commit"]),
    promised: ballotFromWire(w["promised"]),
    leaderId: optionalId(w, "leaderId"),
    hears: list(w["hears"]).map(idFromWire),
    leaving: flag(w["leaving"]),
    floor: seqFromWire(w["floor"]),
    firstSeq: seqFromWire(w["firstSeq"]),
    ...(Object.hasOwn(w, "wallMs") ? { wallMs: seqFromWire(w["wallMs"]) } : {}),
    ...(Object.hasOwn(w, "applied") ? { applied: seqFromWire(w["applied"]) } : {}),
    ...(Object.hasOwn(w, "opFormat") ? { opFormat: w["opFormat"] as number } : {}),
    ...(Object.hasOwn(w, "release") ? { release: releaseFromWire(w["release"]) } : {}),
  }),
  append: (w) => ({
    type: "append",
    ballot: ballotFromWire(w["ballot"]),
    prevSeq: seqFromWire(w["prevSeq"]),
    prevViewNo: orNull(w["prevViewNo"], viewNoFromWire),
    batches: list(w["batches"]).map(batchFromWire),
    commit: seqFromWire(w["commit"]),
    round: seqFromWire(w["round"]),
  }),
  tail: (w) => ({
    type: "tail",
    prevSeq: seqFromWire(w["prevSeq"]),
    prevViewNo: orNull(w["prevViewNo"], viewNoFromWire),
    batches: list(w["batches"]).map(batchFromWire),
  }),
  appendOk: (w) => ({
    type: "appendOk",
    ballot: ballotFromWire(w["ballot"]),
    seq: seqFromWire(w["seq"]),
    bootId: text(w["bootId"]),
    round: seqFromWire(w["round"]),
  }),
  refuse: (w) => ({
    type: "refuse",
    ballot: ballotFromWire(w["ballot"]),
    promised: ballotFromWire(w["promised"]),
  }),
  join: (w) => ({
    type: "join",
    storeId: text(w["storeId"]),
    bootId: text(w["bootId"]),
    promised: ballotFromWire(w["promised"]),
    lineage: list(w["lineage"]).map(pointFromWire),
    lastSeq: seqFromWire(w["lastSeq"]),
    commit: seqFromWire(w["commit"]),
  }),
  snapshotOffer: (w) => ({
    type: "snapshotOffer",
    ballot: ballotFromWire(w["ballot"]),
    commonSeq: seqFromWire(w["commonSeq"]),
  }),
  promise: (w) => ({
    type: "promise",
    ballot: ballotFromWire(w["ballot"]),
    handoff: orNull(w["handoff"], ballotFromWire),
  }),
  granted: (w) => ({
    type: "granted",
    ballot: ballotFromWire(w["ballot"]),
    storeId: text(w["storeId"]),
    bootId: text(w["bootId"]),
    active: flag(w["active"]),
    eligible: flag(w["eligible"]),
    admitted: flag(w["admitted"]),
    leaving: flag(w["leaving"]),
    view: orNull(w["view"], viewFromWire),
    lastSeq: seqFromWire(w["lastSeq"]),
  }),
  denied: (w) => ({
    type: "denied",
    ballot: ballotFromWire(w["ballot"]),
    promised: ballotFromWire(w["promised"]),
    leaderId: optionalId(w, "leaderId"),
  }),
  propose: (w) => {
    const ops = w["ops"] as readonly Uint8Array[];
    const keys = w["keys"] as readonly string[];
    if (keys.length !== ops.length) throw new CodecError("a proposal without its key");
    return { type: "propose", ops, keys };
  },
  handoff: (w) => ({ type: "handoff", ballot: ballotFromWire(w["ballot"]) }),
  leave: (w) => ({ type: "leave", viewNo: viewNoFromWire(w["viewNo"]) }),
  leaveOk: (w) => ({ type: "leaveOk", viewNo: viewNoFromWire(w["viewNo"]) }),
  readIndex: (w) => ({ type: "readIndex", id: seqFromWire(w["id"]) }),
  readIndexOk: (w) => ({ type: "readIndexOk", id: seqFromWire(w["id"]), seq: seqFromWire(w["seq"]) }),
  gossip: (w) => ({ type: "gossip", payload: text(w["payload"]) }),
};

/** @throws CodecError */
export function releaseFromWire(value: unknown): Release {
  const { version, peerOldest, peerNewest, opFormat, schema } = present(value) as unknown as Release;
  // It is shown to people, and comes from somebody who may not have proven anything yet.
  if (!/^[\w.+-]{1,32}$/.test(version)) throw new CodecError("a version that is none");
  return { version, peerOldest, peerNewest, opFormat, schema };
}

function batchFromWire(value: unknown): Batch {
  const wire = value as Wire;
  if (wire["batch"] === "view") return { kind: "view", view: viewFromWire(wire["view"]) };
  if (wire["batch"] !== "op") throw new CodecError("a batch of no known kind");
  const op = wire["op"] as Wire;
  const ops = op["ops"] as readonly Uint8Array[];
  if (ops.length === 0) throw new CodecError("a batch without ops");
  return {
    kind: "op",
    viewNo: viewNoFromWire(op["viewNo"]),
    firstSeq: seqFromWire(op["firstSeq"]),
    ops,
  };
}

/** @throws CodecError */
export function viewFromWire(value: unknown): View {
  const wire = present(value);
  const members = list(wire["members"]).map((member) => {
    const m = member as Wire;
    return { replicaId: idFromWire(m["replicaId"]), storeId: text(m["storeId"]) };
  });
  if (members.length === 0) throw new CodecError("a view without members");
  return {
    no: viewNoFromWire(wire["no"]),
    startSeq: seqFromWire(wire["startSeq"]),
    leader: idFromWire(wire["leader"]),
    members,
    forkRisk: orNull(wire["forkRisk"], (risk) => list((risk as Wire)["replicaIds"]).map(idFromWire)),
    consistency: enumFromWire(CONSISTENCIES, wire["consistency"]),
    recovery: enumFromWire(RECOVERIES, wire["recovery"]),
  };
}

function pointFromWire(value: unknown): LineagePoint {
  const wire = value as Wire;
  return { no: viewNoFromWire(wire["no"]), startSeq: seqFromWire(wire["startSeq"]) };
}

function viewNoFromWire(value: unknown): ViewNo {
  const wire = present(value);
  return { ballot: ballotFromWire(wire["ballot"]), minor: seqFromWire(wire["minor"]) };
}

/** @throws CodecError */
export function ballotFromWire(value: unknown): Ballot {
  const wire = present(value);
  return {
    counter: seqFromWire(wire["counter"]),
    replicaId: idFromWire(wire["replicaId"]),
    nonce: text(wire["nonce"]),
  };
}

/** @throws CodecError from 2^53 on. */
export function seqFromWire(value: unknown): Seq {
  const number = uint64Of(value);
  if (number > Number.MAX_SAFE_INTEGER) throw new CodecError("a number beyond 2^53");
  return number;
}

/** A window into the packet. */
export function bytesFromWire(value: unknown): Uint8Array {
  // An absent bytes field is protobufjs' empty array.
  return value instanceof Uint8Array ? value : new Uint8Array(0);
}

function idFromWire(value: unknown): ReplicaId {
  return value as number;
}

/** proto3 `optional`: absent is null, 0 is an id. */
function optionalId(wire: Wire, field: string): ReplicaId | null {
  return Object.hasOwn(wire, field) ? idFromWire(wire[field]) : null;
}

function enumFromWire<T>(values: readonly T[], value: unknown): T {
  const meaning = values[(value as number) - 1];
  if (meaning === undefined) throw new CodecError("an enum value of no known meaning");
  return meaning;
}

function present(value: unknown): Wire {
  if (value === null || value === undefined) throw new CodecError("a field is missing");
  return value as Wire;
}

function orNull<T>(value: unknown, decode: (value: unknown) => T): T | null {
  return value === null || value === undefined ? null : decode(value);
}

function list(value: unknown): readonly unknown[] {
  return value as readonly unknown[];
}

function text(value: unknown): string {
  return value as string;
}

function flag(value: unknown): boolean {
  return value as boolean;
}
