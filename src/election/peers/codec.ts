/**
 * Converts frames (frame.ts) to wire messages (proto/peer.proto) and back. Field names are the same
 * in both, so encoding mostly passes a frame to protobufjs as it is; only enums, unions and absent
 * fields are translated. Decoding checks what the types promise, and throws CodecError otherwise: a
 * peer is trusted, but it may run another version, or its memory may be faulty.
 *
 * The hot frames are Append (64 ops of 300 bytes) and AppendOk. Decoded ops are views into their
 * packet and not copies, so a kept op keeps its whole packet in memory.
 */
import type { Consistency, Recovery } from "../../base/modes.ts";
import type { WireBallot } from "../../../proto/gen/lastword/v1/Ballot.ts";
import type { WireBatch } from "../../../proto/gen/lastword/v1/Batch.ts";
import { Consistency as ConsistencyNo, type WireConsistency } from "../../../proto/gen/lastword/v1/Consistency.ts";
import type { WireFrame } from "../../../proto/gen/lastword/v1/Frame.ts";
import type { WireLineagePoint } from "../../../proto/gen/lastword/v1/LineagePoint.ts";
import { Recovery as RecoveryNo, type WireRecovery } from "../../../proto/gen/lastword/v1/Recovery.ts";
import type { WireRelease } from "../../../proto/gen/lastword/v1/Release.ts";
import { Role as RoleNo, type WireRole } from "../../../proto/gen/lastword/v1/Role.ts";
import type { WireView } from "../../../proto/gen/lastword/v1/View.ts";
import type { WireViewNo } from "../../../proto/gen/lastword/v1/ViewNo.ts";
import { MessageType, rootOf, type Decoded, type Encodable } from "../../../proto/message-type.ts";
import type { Batch, Frame, FrameType, LineagePoint, Role } from "../frame.ts";
import type { Release } from "../release.ts";
import { peerDescriptor } from "./proto.macro.ts" with { type: "macro" };
import type { Ballot, Seq, View, ViewNo } from "../view.ts";

/** The bytes are not a frame or packet of a protocol version that this executable understands. */
export class CodecError extends Error {
  override readonly name = "CodecError";
}

const root = rootOf(peerDescriptor());

/** The message `lastword.v1.<name>` of peer.proto; `Message` is its generated type. */
export function peerType<Message extends object>(name: string): MessageType<Message> {
  return new MessageType(root.lookupType(`lastword.v1.${name}`));
}

const ROLES: Readonly<Record<Role, WireRole>> = {
  leader: RoleNo.ROLE_LEADER,
  follower: RoleNo.ROLE_FOLLOWER,
  learner: RoleNo.ROLE_LEARNER,
  recovering: RoleNo.ROLE_RECOVERING,
};
const CONSISTENCIES: Readonly<Record<Consistency, WireConsistency>> = {
  available: ConsistencyNo.CONSISTENCY_AVAILABLE,
  strict: ConsistencyNo.CONSISTENCY_STRICT,
};
const RECOVERIES: Readonly<Record<Recovery, WireRecovery>> = {
  wait: RecoveryNo.RECOVERY_WAIT,
  majority: RecoveryNo.RECOVERY_MAJORITY,
  any: RecoveryNo.RECOVERY_ANY,
};
const ROLE_OF = namesByNumber(ROLES);
const CONSISTENCY_OF = namesByNumber(CONSISTENCIES);
const RECOVERY_OF = namesByNumber(RECOVERIES);

function namesByNumber<Name extends string>(numbers: Readonly<Record<Name, number>>): ReadonlyMap<number, Name> {
  return new Map((Object.keys(numbers) as Name[]).map((name) => [numbers[name], name]));
}

/** The message of a frame, for the encoder. */
export function frameToWire(frame: Frame): Partial<Encodable<WireFrame>> {
  switch (frame.type) {
    case "beat": {
      const { role, view, release = null } = frame;
      return { beat: { ...frame, role: ROLES[role], view: view && viewToWire(view), release } };
    }
    case "append":
      return { append: { ...frame, batches: frame.batches.map(batchToWire) } };
    case "tail":
      return { tail: { ...frame, batches: frame.batches.map(batchToWire) } };
    case "granted":
      return { granted: { ...frame, view: frame.view && viewToWire(frame.view) } };
    case "appendOk":
      return { appendOk: frame };
    case "refuse":
      return { refuse: frame };
    case "join":
      return { join: frame };
    case "snapshotOffer":
      return { snapshotOffer: frame };
    case "promise":
      return { promise: frame };
    case "denied":
      return { denied: frame };
    case "propose":
      return { propose: frame };
    case "handoff":
      return { handoff: frame };
    case "leave":
      return { leave: frame };
    case "leaveOk":
      return { leaveOk: frame };
    case "readIndex":
      return { readIndex: frame };
    case "readIndexOk":
      return { readIndexOk: frame };
    case "gossip":
      return { gossip: frame.news };
  }
}

function batchToWire(batch: Batch): Encodable<WireBatch> {
  return batch.kind === "op" ? { op: batch } : { view: viewToWire(batch.view) };
}

/** The message of a view. */
export function viewToWire(view: View): Encodable<WireView> {
  return {
    ...view,
    forkRisk: view.forkRisk === null ? null : { replicaIds: view.forkRisk },
    consistency: CONSISTENCIES[view.consistency],
    recovery: RECOVERIES[view.recovery],
  };
}

/** The inverse of {@link frameToWire}. @throws CodecError */
export function frameFromWire(wire: Decoded<WireFrame>): Frame {
  const type = wire.frame;
  if (type === undefined) throw new CodecError("a frame of no known kind");
  return (DECODE[type] as (message: object) => Frame)(wire[type]!);
}

/** One decoder for each kind of frame. The compiler ensures that none is missing. */
const DECODE: {
  readonly [T in FrameType]: (w: Decoded<NonNullable<WireFrame[T]>>) => Extract<Frame, { type: T }>;
} = {
  beat: (w) => ({
    type: "beat",
    role: meaningOf(ROLE_OF, w.role),
    storeId: w.storeId,
    bootId: w.bootId,
    active: w.active,
    eligible: w.eligible,
    admitted: w.admitted,
    view: w.view && viewFromWire(w.view),
    lineageTail: w.lineageTail.map(pointFromWire),
    lastSeq: seqFromWire(w.lastSeq),
    durableSeq: seqFromWire(w.durableSeq),
    commit: seqFromWire(w.commit),
    promised: ballotFromWire(w.promised),
    leaderId: w.leaderId ?? null,
    hears: w.hears,
    leaving: w.leaving,
    floor: seqFromWire(w.floor),
    firstSeq: seqFromWire(w.firstSeq),
    ...(w.wallMs === undefined ? {} : { wallMs: seqFromWire(w.wallMs) }),
    ...(w.applied === undefined ? {} : { applied: seqFromWire(w.applied) }),
    ...(w.opFormat === undefined ? {} : { opFormat: w.opFormat }),
    ...(w.heldOps === undefined ? {} : { heldOps: w.heldOps }),
    ...(w.release === null ? {} : { release: releaseFromWire(w.release) }),
  }),
  append: (w) => ({
    type: "append",
    ballot: ballotFromWire(w.ballot),
    prevSeq: seqFromWire(w.prevSeq),
    prevViewNo: w.prevViewNo && viewNoFromWire(w.prevViewNo),
    batches: w.batches.map(batchFromWire),
    commit: seqFromWire(w.commit),
    round: seqFromWire(w.round),
  }),
  tail: (w) => ({
    type: "tail",
    prevSeq: seqFromWire(w.prevSeq),
    prevViewNo: w.prevViewNo && viewNoFromWire(w.prevViewNo),
    batches: w.batches.map(batchFromWire),
  }),
  appendOk: (w) => ({
    type: "appendOk",
    ballot: ballotFromWire(w.ballot),
    seq: seqFromWire(w.seq),
    bootId: w.bootId,
    round: seqFromWire(w.round),
  }),
  refuse: (w) => ({ type: "refuse", ballot: ballotFromWire(w.ballot), promised: ballotFromWire(w.promised) }),
  join: (w) => ({
    type: "join",
    storeId: w.storeId,
    bootId: w.bootId,
    promised: ballotFromWire(w.promised),
    lineage: w.lineage.map(pointFromWire),
    lastSeq: seqFromWire(w.lastSeq),
    commit: seqFromWire(w.commit),
  }),
  snapshotOffer: (w) => ({
    type: "snapshotOffer",
    ballot: ballotFromWire(w.ballot),
    commonSeq: seqFromWire(w.commonSeq),
  }),
  promise: (w) => ({
    type: "promise",
    ballot: ballotFromWire(w.ballot),
    handoff: w.handoff && ballotFromWire(w.handoff),
  }),
  granted: (w) => ({
    type: "granted",
    ballot: ballotFromWire(w.ballot),
    storeId: w.storeId,
    bootId: w.bootId,
    active: w.active,
    eligible: w.eligible,
    admitted: w.admitted,
    leaving: w.leaving,
    view: w.view && viewFromWire(w.view),
    lastSeq: seqFromWire(w.lastSeq),
  }),
  denied: (w) => ({
    type: "denied",
    ballot: ballotFromWire(w.ballot),
    promised: ballotFromWire(w.promised),
    leaderId: w.leaderId ?? null,
  }),
  propose: ({ ops, keys }) => {
    if (keys.length !== ops.length) throw new CodecError("a proposal without its key");
    return { type: "propose", ops, keys };
  },
  handoff: (w) => ({ type: "handoff", ballot: ballotFromWire(w.ballot) }),
  leave: (w) => ({ type: "leave", viewNo: viewNoFromWire(w.viewNo) }),
  leaveOk: (w) => ({ type: "leaveOk", viewNo: viewNoFromWire(w.viewNo) }),
  readIndex: (w) => ({ type: "readIndex", id: seqFromWire(w.id) }),
  readIndexOk: (w) => ({ type: "readIndexOk", id: seqFromWire(w.id), seq: seqFromWire(w.seq) }),
  gossip: (news) => ({ type: "gossip", news }),
};

/** The release of a peer. @throws CodecError */
export function releaseFromWire(wire: Decoded<WireRelease> | null): Release {
  const { version, peerOldest, peerNewest, opFormat, schema } = present(wire);
  // The version is shown to people, and its sender may not have proven the cluster key yet.
  if (!/^[\w.+-]{1,32}$/.test(version)) throw new CodecError("an invalid version");
  return { version, peerOldest, peerNewest, opFormat, schema };
}

function batchFromWire({ batch, view, op }: Decoded<WireBatch>): Batch {
  if (batch === "view") return { kind: "view", view: viewFromWire(view!) };
  if (batch === undefined) throw new CodecError("a batch of no known kind");
  const { viewNo, firstSeq, ops } = op!;
  if (ops.length === 0) throw new CodecError("a batch without ops");
  return { kind: "op", viewNo: viewNoFromWire(viewNo), firstSeq: seqFromWire(firstSeq), ops };
}

/** The inverse of {@link viewToWire}. @throws CodecError */
export function viewFromWire(wire: Decoded<WireView>): View {
  const members = wire.members.map(({ replicaId, storeId }) => ({ replicaId, storeId }));
  if (members.length === 0) throw new CodecError("a view without members");
  return {
    no: viewNoFromWire(wire.no),
    startSeq: seqFromWire(wire.startSeq),
    leader: wire.leader,
    members,
    forkRisk: wire.forkRisk && wire.forkRisk.replicaIds,
    consistency: meaningOf(CONSISTENCY_OF, wire.consistency),
    recovery: meaningOf(RECOVERY_OF, wire.recovery),
  };
}

function pointFromWire({ no, startSeq }: Decoded<WireLineagePoint>): LineagePoint {
  return { no: viewNoFromWire(no), startSeq: seqFromWire(startSeq) };
}

function viewNoFromWire(wire: Decoded<WireViewNo> | null): ViewNo {
  const { ballot, minor } = present(wire);
  return { ballot: ballotFromWire(ballot), minor: seqFromWire(minor) };
}

/** A ballot. @throws CodecError */
export function ballotFromWire(wire: Decoded<WireBallot> | null): Ballot {
  const { counter, replicaId, nonce } = present(wire);
  return { counter: seqFromWire(counter), replicaId, nonce };
}

/** A number that must be below 2^53. @throws CodecError */
export function seqFromWire(number: number): Seq {
  if (number > Number.MAX_SAFE_INTEGER) throw new CodecError("a number beyond 2^53");
  return number;
}

/** Translates an enum value. protobufjs also decodes numbers that are no value of the enum. */
function meaningOf<Name>(names: ReadonlyMap<number, Name>, value: number): Name {
  const name = names.get(value);
  if (name === undefined) throw new CodecError("an enum value of no known meaning");
  return name;
}

function present<Message>(message: Message | null): Message {
  if (message === null) throw new CodecError("a field is missing");
  return message;
}
