/** Random frames, for tests of codecs and transports. */
import fc from "fast-check";
import type { Batch, Frame, GossipNews, LineagePoint } from "../../src/election/frame.ts";
import type { Ballot, View, ViewNo } from "../../src/election/view.ts";

const replicaId = fc.integer({ min: 0, max: 6 });
const seq = fc.oneof(fc.nat(1000), fc.maxSafeNat(), fc.constantFrom(0, 2 ** 31, 2 ** 32, 2 ** 53 - 1));
const hex = fc.string({
  unit: fc.constantFrom(..."0123456789abcdef".split("")),
  minLength: 16,
  maxLength: 16,
});
const maybeEmptyHex = fc.oneof(hex, fc.constant(""));
const ballot: fc.Arbitrary<Ballot> = fc.record({ counter: seq, replicaId, nonce: maybeEmptyHex });
const viewNo: fc.Arbitrary<ViewNo> = fc.record({ ballot, minor: seq });
const ids = fc.uniqueArray(replicaId, { maxLength: 7 });
const view: fc.Arbitrary<View> = fc.record({
  no: viewNo,
  startSeq: seq,
  leader: replicaId,
  members: fc.array(fc.record({ replicaId, storeId: hex }), { minLength: 1, maxLength: 7 }),
  forkRisk: fc.option(ids),
  consistency: fc.constantFrom("available" as const, "strict" as const),
  recovery: fc.constantFrom("wait" as const, "majority" as const, "any" as const),
});
const lineage: fc.Arbitrary<LineagePoint[]> = fc.array(fc.record({ no: viewNo, startSeq: seq }), { maxLength: 16 });
const op = fc.uint8Array({ maxLength: 400 });
const batch: fc.Arbitrary<Batch> = fc.oneof(
  fc.record({
    kind: fc.constant("op" as const),
    viewNo,
    firstSeq: seq,
    ops: fc.array(op, { minLength: 1, maxLength: 8 }),
  }),
  fc.record({ kind: fc.constant("view" as const), view }),
);
const release = fc.record({
  version: fc.constantFrom("0.1.0", "1.20.3-next+4"),
  peerOldest: fc.nat(9),
  peerNewest: fc.nat(9),
  opFormat: fc.nat(9),
  schema: fc.nat(9),
});
const flag = fc.boolean();
const mayView = fc.option(view);
const mayId = fc.option(replicaId);
const prevViewNo = fc.option(viewNo);
const batches = fc.array(batch, { maxLength: 5 });

const some = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(one, { minLength: 1, maxLength: 4 });
const text = fc.string({ unit: "grapheme" });
const facts = fc.record({
  pid: fc.nat(),
  bootId: hex,
  version: text,
  grpc: text,
  web: text,
  front: text,
  names: some(text),
  since: text,
});
const takeover = fc.record({ ms: fc.nat(), from: replicaId, to: replicaId });
const news: fc.Arbitrary<GossipNews> = fc.oneof(
  fc.record({ presenceAll: fc.record({ number: seq, facts, online: some(hex), filesLacking: fc.nat(0xffff_ffff) }) }),
  fc.record({
    presenceChange: fc.record({
      bootId: hex,
      number: seq,
      online: some(hex),
      offline: some(hex),
      filesLacking: fc.nat(0xffff_ffff),
    }),
  }),
  fc.record({ presenceWanted: replicaId }),
  fc.record({ typing: fc.record({ places: some(fc.record({ conversationId: text, userId: hex })) }) }),
  fc.record({ alive: fc.record({ pages: some(fc.record({ userId: hex, streamId: hex })) }) }),
  fc.record({
    chronicle: fc.record({
      entries: some(fc.record({ id: text, at: text, kind: text, text, takeover })),
      stops: some(fc.record({ replicaId, bootId: hex })),
    }),
  }),
  fc.record({ rowHash: fc.record({ at: text, hash: hex }) }),
);

const kinds: { readonly [T in Frame["type"]]: fc.Arbitrary<Extract<Frame, { type: T }>> } = {
  beat: fc.record({
    type: fc.constant("beat" as const),
    role: fc.constantFrom("leader" as const, "follower" as const, "learner" as const, "recovering" as const),
    storeId: hex,
    bootId: hex,
    active: flag,
    eligible: flag,
    admitted: flag,
    view: mayView,
    lineageTail: lineage,
    lastSeq: seq,
    durableSeq: seq,
    commit: seq,
    promised: ballot,
    leaderId: mayId,
    hears: ids,
    leaving: flag,
    floor: seq,
    firstSeq: seq,
    wallMs: seq,
    applied: seq,
    opFormat: fc.nat(9),
    release,
  }),
  append: fc.record({
    type: fc.constant("append" as const),
    ballot,
    prevSeq: seq,
    prevViewNo,
    batches,
    commit: seq,
    round: seq,
  }),
  tail: fc.record({ type: fc.constant("tail" as const), prevSeq: seq, prevViewNo, batches }),
  appendOk: fc.record({ type: fc.constant("appendOk" as const), ballot, seq, bootId: hex, round: seq }),
  refuse: fc.record({ type: fc.constant("refuse" as const), ballot, promised: ballot }),
  join: fc.record({
    type: fc.constant("join" as const),
    storeId: hex,
    bootId: hex,
    promised: ballot,
    lineage,
    lastSeq: seq,
    commit: seq,
  }),
  snapshotOffer: fc.record({
    type: fc.constant("snapshotOffer" as const),
    ballot,
    commonSeq: seq,
  }),
  promise: fc.record({
    type: fc.constant("promise" as const),
    ballot,
    handoff: fc.option(ballot),
  }),
  granted: fc.record({
    type: fc.constant("granted" as const),
    ballot,
    storeId: hex,
    bootId: hex,
    active: flag,
    eligible: flag,
    admitted: flag,
    leaving: flag,
    view: mayView,
    lastSeq: seq,
  }),
  denied: fc.record({
    type: fc.constant("denied" as const),
    ballot,
    promised: ballot,
    leaderId: mayId,
  }),
  propose: fc.array(fc.tuple(op, fc.string()), { maxLength: 8 }).map((proposed) => ({
    type: "propose" as const,
    ops: proposed.map(([bytes]) => bytes),
    keys: proposed.map(([, key]) => key),
  })),
  handoff: fc.record({ type: fc.constant("handoff" as const), ballot }),
  leave: fc.record({ type: fc.constant("leave" as const), viewNo }),
  leaveOk: fc.record({ type: fc.constant("leaveOk" as const), viewNo }),
  readIndex: fc.record({ type: fc.constant("readIndex" as const), id: seq }),
  readIndexOk: fc.record({ type: fc.constant("readIndexOk" as const), id: seq, seq }),
  gossip: fc.record({ type: fc.constant("gossip" as const), news }),
};

/** Any kind of frame; all kinds are equally likely. */
export const anyFrame: fc.Arbitrary<Frame> = fc.oneof(...Object.values(kinds));
export const anyViews: fc.Arbitrary<View[]> = fc.array(view, { maxLength: 10 });
export const anyBallot = ballot;
export const anySeq = seq;
