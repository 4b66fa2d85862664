/** The table of op kinds: each kind can be encoded, decoded, decided and merged, and errors number an unknown one. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import protobuf from "protobufjs";
import { withChecksum } from "../../../proto/op-checksum.ts";
import { encodeMessage } from "../../../proto/wire-writer.ts";
import { directId, GENERAL_ID, messageId, passwordId, userIdFor } from "../../../src/chat/ids.ts";
import { roomIdOf } from "../../../src/chat/kinds/create-room.ts";
import { MalformedOp, type Kind, type MergeClass } from "../../../src/chat/kinds/kind.ts";
import { KINDS, OP_FORMAT, type OpBody, type OpKind } from "../../../src/chat/kinds/kinds.ts";
import { DamagedOp, decodeOp, encodeOp, FormatTooNew, markRecovered, opKey } from "../../../src/chat/kinds/op.ts";
import { OP_TYPE } from "../../../src/chat/kinds/op-types.ts";
import { requestHash, type Op } from "../../../src/chat/kinds/op.ts";
import { ChatLog, STATES, uuid } from "../../support/chat-log.ts";
import type { MemoryState } from "../../support/memory-state.ts";

const OpType = OP_TYPE.type;
const TABLE = Object.entries(KINDS) as unknown as [OpKind, Kind<OpBody>][];
const CLASSES: Record<MergeClass, true> = {
  keep: true,
  max: true,
  latest: true,
  set: true,
  danger: true,
  name: true,
  derived: true,
  bounded: true,
};

/** The people, sessions and messages of the log that `populated` makes. */
const PEOPLE = ["anna", "ben"].map((name, n) => userIdFor(name, uuid(n)));
const [ANNA, BEN] = PEOPLE as [string, string];
const MESSAGES = [10, 11, 12, 13].map((n) => messageId(n % 2 === 0 ? ANNA : BEN, uuid(n)));

/** Anna's, with Ben in it, and one that is nobody's. */
const OPS = { name: "ops", folded: "ops", skeleton: "ops", topic: "", isPrivate: false, people: [BEN] };
const ROOM = roomIdOf({ user: ANNA, clientId: uuid(20) }, OPS);

function populated(): ChatLog {
  const log = new ChatLog(STATES.memory());
  for (const [n, name] of ["anna", "ben"].entries()) log.person(name, { clientId: uuid(n) });
  for (const n of [10, 11, 12, 13]) {
    const [from, to] = n % 2 === 0 ? [ANNA, BEN] : [BEN, ANNA];
    log.message(from, to, "hi", { clientId: uuid(n) });
  }
  log.apply(log.op(ANNA, { kind: "createRoom", ...OPS }, { clientId: uuid(20) }));
  return log;
}

/** Texts, most of which name something that exists. */
const text = fc.oneof(
  fc.constantFrom(...PEOPLE, ...MESSAGES, directId(ANNA, BEN), "session-0000", "session-0001"),
  fc.constantFrom(ROOM, GENERAL_ID, "ops", "join", "leave", "invite", "remove", "member", "admin", "owner"),
  fc.constantFrom(passwordId("hash of anna"), passwordId("hash of ben"), "", "zoe"),
  fc.string({ unit: "binary", maxLength: 20 }).map((any) => any.toWellFormed()),
);

/** A message of op.proto with all of its fields, as the decoder returns it. */
function anyMessage(type: protobuf.Type): fc.Arbitrary<Record<string, unknown>> {
  const fields = type.fieldsArray.map((field): [string, fc.Arbitrary<unknown>] => {
    const { name, resolvedType } = field.resolve();
    const one = resolvedType instanceof protobuf.Type ? anyMessage(resolvedType) : scalar(field.type);
    return [name, field.repeated ? fc.array(one, { minLength: 1, maxLength: 4 }) : one];
  });
  return fc.record(Object.fromEntries(fields));
}

function scalar(type: string): fc.Arbitrary<unknown> {
  if (type === "string") return text;
  if (type === "bool") return fc.boolean();
  // Only formats are uint32, and no rule ever gets a newer one.
  if (type === "uint32") return fc.nat(OP_FORMAT);
  if (type === "uint64") return fc.nat();
  throw new Error(`no values for a field of type ${type}`);
}

function bodyOf(name: OpKind, kind: Kind<OpBody>): fc.Arbitrary<OpBody> {
  const type = OpType.fields[name]!.resolve().resolvedType as protobuf.Type;
  return anyMessage(type).map((payload) => kind.read(payload as never));
}

function opOf(body: fc.Arbitrary<OpBody>): fc.Arbitrary<Op> {
  return fc.record({
    user: fc.constantFrom(ANNA, BEN, "nobody"),
    clientId: fc.nat(99).map((n) => uuid(100 + n)),
    timeMicros: fc.integer({ min: 1, max: 2 ** 50 }),
    origin: fc.constantFrom(null, { replica: 2, view: "1.0.aa.0" }),
    recovered: fc.boolean(),
    body,
  });
}

const anyOp = fc.oneof(...TABLE.map(([name, kind]) => opOf(bodyOf(name, kind))));

test("the table and the payloads of op.proto are the same kinds, from field 16", () => {
  const payload = OpType.oneofs["payload"]!;
  expect(payload.fieldsArray.map(({ name }) => name).toSorted()).toEqual(Object.keys(KINDS).toSorted());
  const numbers = payload.fieldsArray.map(({ id }) => id);
  expect(Math.min(...numbers)).toBe(16);
  const others = OpType.fieldsArray.filter((field) => field.partOf === null).map(({ id }) => id);
  expect(Math.max(...others)).toBe(15);
});

describe.each(TABLE)("%s", (name, kind) => {
  const op = opOf(bodyOf(name, kind));

  test("has a format and a merge class", () => {
    expect(kind.since).toBeGreaterThanOrEqual(1);
    expect(kind.since).toBeLessThanOrEqual(OP_FORMAT);
    expect(CLASSES).toHaveProperty(kind.merge);
  });

  test("is read as it was written, in the format of its kind, as a plain object", () => {
    fc.assert(
      fc.property(op, (written) => {
        const bytes = encodeOp(written);
        const read = decodeOp(bytes);
        expect(read).toEqual(written);
        expect(read.body.kind).toBe(name);
        for (const value of Object.values(read.body))
          if (typeof value === "object" && !Array.isArray(value))
            expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
        // Field 1 comes first.
        expect([...bytes.subarray(0, 2)]).toEqual([0x08, kind.since]);
      }),
      { numRuns: 100 },
    );
  });

  test("its content is that of the body, whoever sends it when; another kind's is another request", () => {
    fc.assert(
      fc.property(op, anyOp, (one, other) => {
        const read = decodeOp(encodeOp(one));
        const { user, clientId, body } = one;
        expect(requestHash({ ...other, body })).toBe(requestHash(read));
        const again = encodeOp({ ...other, user, clientId, body, recovered: false });
        expect(opKey(again)).toBe(opKey(encodeOp(one)));
        expect(opKey(markRecovered(again, { replica: 1, view: "" }))).toBe(opKey(encodeOp(one)));
        if (other.body.kind !== name) expect(requestHash(other)).not.toBe(requestHash(one));
      }),
      { numRuns: 100 },
    );
  });

  test("its rule decides whatever it asks; the same again changes nothing more", () => {
    fc.assert(
      fc.property(op, (asked) => {
        const log = populated();
        const { state } = log;
        // No session has an empty id, because a recorded result with a session id is that of a registration.
        fc.pre(!("session" in asked.body && typeof asked.body.session === "object" && asked.body.session.id === ""));
        const first = log.apply(asked);
        // The next op, whatever it is, erases the messages that a deleted account has left.
        log.apply(log.op("nobody", { kind: "touch", session: "" }));
        const rows = (state as MemoryState).dump();
        const requests = rows["requests"]!.filter((row) => row["client_id"] === asked.clientId);
        const again = log.apply(kind.recorded ? { ...asked, recovered: false } : asked);
        const { meta: _, ...after } = (state as MemoryState).dump();
        const { meta: __, ...before } = rows;
        if (requests.length === 1) {
          expect(kind.recorded).toBe(true);
          expect(again.result).toMatchObject({ kind: first.result.kind, seq: first.seq, repeated: true });
          expect(again.facts).toEqual([]);
        } else if (kind.recorded) expect(first.result.kind).toBe("refused");
        expect(after).toEqual(before);
      }),
      { numRuns: 200 },
    );
  });
});

/** The bytes of an op whose payload is the field of an unknown kind. */
function ofKind(number: number, format: number, payload: Uint8Array): Buffer {
  const writer = protobuf.Writer.create().uint32(0x08).uint32(format);
  return withChecksum(
    writer
      .uint32((number << 3) | 2)
      .bytes(payload)
      .finish(),
  );
}

function thrown(bytes: Uint8Array): unknown {
  try {
    return decodeOp(bytes);
  } catch (error) {
    return error;
  }
}

describe("what is no op of this version", () => {
  const known = new Set(OpType.fieldsArray.map(({ id }) => id));
  const unknownKind = fc.integer({ min: 16, max: 2_000 }).filter((number) => !known.has(number));
  const format = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: OP_FORMAT }));

  test("a kind that is not of the table is named by its number in a newer format, and broken in a known one", () => {
    fc.assert(
      fc.property(unknownKind, format, fc.uint8Array({ maxLength: 30 }), (number, format, payload) => {
        const error = thrown(ofKind(number, format, payload));
        if (format <= OP_FORMAT) return expect(error).toBeInstanceOf(MalformedOp);
        expect(error).toBeInstanceOf(FormatTooNew);
        expect(error).toMatchObject({ format, kind: number, message: `op format ${format}, kind ${number}` });
      }),
    );
  });

  test("a newer format is named, also of a known kind and with fields that cannot be read", () => {
    fc.assert(
      fc.property(anyOp, fc.integer({ min: 1, max: 100 }), (op, more) => {
        const format = OP_FORMAT + more;
        const known = encodeMessage(OpType, { ...op, format, [op.body.kind]: op.body });
        expect(thrown(withChecksum(known))).toMatchObject({ name: "FormatTooNew", format, kind: null });
        // Its client id is a number, which is another type than in this version.
        const other = protobuf.Writer.create().uint32(0x08).uint32(format).uint32(0x20).uint32(7);
        const bytes = other
          .uint32((21 << 3) | 0)
          .uint32(1)
          .finish();
        expect(thrown(withChecksum(bytes))).toMatchObject({ name: "FormatTooNew", format, kind: null });
      }),
      { numRuns: 50 },
    );
  });

  test("a changed byte, and a cut, are damage", () => {
    fc.assert(
      fc.property(anyOp, fc.nat(), fc.integer({ min: 1, max: 255 }), (op, at, change) => {
        const bytes = Buffer.from(encodeOp(op));
        expect(thrown(bytes.subarray(0, at % bytes.length))).toBeInstanceOf(DamagedOp);
        bytes[at % bytes.length]! ^= change;
        expect(thrown(bytes)).toBeInstanceOf(DamagedOp);
      }),
    );
  });

  test("bytes that somebody made on purpose are an op, no op, or newer; nothing else is thrown", () => {
    const whole = anyOp.map((op) => encodeOp(op).subarray(0, -9));
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .tuple(whole, fc.nat(), fc.nat(255))
        .map(([op, at, byte]) => Buffer.from(op).fill(byte, at % op.length, (at % op.length) + 1)),
      fc.tuple(whole, fc.nat()).map(([op, at]) => op.subarray(0, at % op.length)),
    );
    fc.assert(
      fc.property(bytes, (made) => {
        const outcome = thrown(withChecksum(made));
        if (outcome instanceof Error)
          expect(outcome instanceof MalformedOp || outcome instanceof FormatTooNew).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test("an op without a format, a payload or the session of its login is no op", () => {
    const message = (fields: object) => thrown(withChecksum(encodeMessage(OpType, fields)));
    expect(message({ sendMessage: { body: "hi" } })).toBeInstanceOf(MalformedOp);
    expect(message({ format: 1 })).toBeInstanceOf(MalformedOp);
    expect(message({ format: 1, login: { checked: "x" } })).toBeInstanceOf(MalformedOp);
    expect(message({ format: 1, register: { name: "x" } })).toBeInstanceOf(MalformedOp);
  });
});
