import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import fc from "fast-check";
import protobuf from "protobufjs";
import { rootOf } from "../../../proto/message-type.ts";
import { decodeMessage } from "../../../proto/wire-reader.ts";
import { encodeMessage } from "../../../proto/wire-writer.ts";

const PROTOS = ["chat", "peer", "op"].map((name) =>
  rootOf(protobuf.loadSync(join(import.meta.dir, `../../../proto/${name}.proto`)).toJSON()),
);
const TYPES = PROTOS.flatMap((root) => typesOf(root.lookup("lastword.v1") as protobuf.Namespace));

/** Any numbers, and those at which a varint becomes one byte longer. */
const wholeNumber = fc.oneof(
  fc.integer({ min: 0, max: 53 }).map((bits) => Math.min(2 ** bits, Number.MAX_SAFE_INTEGER)),
  fc.maxSafeNat(),
);
const SCALARS: Record<string, fc.Arbitrary<unknown>> = {
  uint32: fc.nat(2 ** 32 - 1),
  int32: fc.integer(),
  uint64: wholeNumber,
  int64: fc.tuple(wholeNumber, fc.constantFrom(1, -1)).map(([value, sign]) => value * sign),
  bool: fc.boolean(),
  string: fc.string({ unit: fc.constantFrom("a", "é", "€", "🦊", "a".repeat(50)), maxLength: 90 }),
  bytes: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
};

function typesOf(namespace: protobuf.Namespace): protobuf.Type[] {
  return namespace.nestedArray.flatMap((nested) => {
    if (nested instanceof protobuf.Type) return [nested, ...typesOf(nested)];
    return nested instanceof protobuf.Namespace ? typesOf(nested) : [];
  });
}

/** Any message of the type. Several fields of one oneof may be set, which makes no difference for the bytes. */
function anyMessage(type: protobuf.Type, depth = 0): fc.Arbitrary<object> {
  // The only fixed64 is an op's checksum, which proto/op-checksum.ts appends to the encoded op.
  const written = type.fieldsArray.filter((field) => field.type !== "fixed64");
  const fields = written.map((field) => {
    const { resolvedType } = field.resolve();
    if (resolvedType instanceof protobuf.Type && depth > 3) return [field.name, fc.constant(undefined)] as const;
    const one =
      resolvedType instanceof protobuf.Type
        ? anyMessage(resolvedType, depth + 1)
        : resolvedType === null
          ? SCALARS[field.type]!
          : fc.constantFrom(...Object.values(resolvedType.values));
    return [field.name, field.repeated ? fc.array(one, { maxLength: 4 }) : one] as const;
  });
  return fc.record(Object.fromEntries(fields), { requiredKeys: [] });
}

/** The value that a decoder returns for an absent field: see the types in proto/gen/. */
function absent(field: protobuf.Field): unknown {
  if (field.repeated) return [];
  if (field.partOf !== null) return undefined;
  if (field.resolvedType instanceof protobuf.Type) return null;
  if (field.type === "string") return "";
  if (field.type === "bool") return false;
  return field.type === "bytes" ? Buffer.alloc(0) : 0;
}

function libraryBytes(type: protobuf.Type, message: object): Buffer {
  return Buffer.from(type.encode(message as Record<string, unknown>).finish());
}

describe("the bytes of messages", () => {
  test("there are types to look at", () => expect(TYPES.length).toBeGreaterThan(80));

  test.each(TYPES.map((type) => [type.fullName, type] as const))(
    "%s: as the library writes and reads them",
    (_, type) => {
      fc.assert(
        fc.property(anyMessage(type), (message) => {
          const bytes = encodeMessage(type, message);
          expect(bytes.equals(libraryBytes(type, message))).toBe(true);
          const read = decodeMessage(type, bytes);
          expect(type.toObject(read, { longs: Number })).toEqual(type.toObject(type.decode(bytes), { longs: Number }));
        }),
        { numRuns: 40 },
      );
    },
  );

  test("a message larger than the memory that is kept, and a small one after it", () => {
    const frame = root("peer").lookupType("lastword.v1.Frame");
    const propose = { propose: { ops: Array.from({ length: 5 }, (_, i) => Buffer.alloc(700_000, i)), keys: ["a"] } };
    expect(encodeMessage(frame, propose).equals(libraryBytes(frame, propose))).toBe(true);
    expect(encodeMessage(frame, { leave: {} })).toEqual(libraryBytes(frame, { leave: {} }));
  });

  test("what could not be encoded leaves nothing behind", () => {
    const op = root("op").lookupType("lastword.v1.Op");
    const broken = { user: "x", sendMessage: { conversation: 7 } };
    expect(() => encodeMessage(op, broken)).toThrow();
    expect(encodeMessage(op, { user: "y" })).toEqual(libraryBytes(op, { user: "y" }));
  });

  test("half a surrogate becomes a replacement character", () => {
    const touch = root("op").lookupType("lastword.v1.Touch");
    for (const session of ["\ud800", "\ud800".repeat(100)]) {
      const read = decodeMessage(touch, encodeMessage(touch, { session }));
      expect(touch.toObject(read)).toEqual({ session: session.replaceAll("\ud800", "\ufffd") });
    }
  });

  test.each(TYPES.map((type) => [type.fullName, type] as const))(
    "%s: a field that is absent has the value that the generated type promises",
    (_, type) => {
      const read = decodeMessage(type, Buffer.alloc(0)) as unknown as Record<string, unknown>;
      for (const field of type.fieldsArray) expect([field.name, read[field.name]]).toEqual([field.name, absent(field)]);
    },
  );

  test("a text or a number that is cut off is an error", () => {
    const op = root("op").lookupType("lastword.v1.Op");
    const text = encodeMessage(op, { user: "0123456789" });
    const number = encodeMessage(op, { timeMicros: 2 ** 50 });
    for (const bytes of [text, number]) {
      for (let end = 1; end < bytes.length; end++) expect(() => decodeMessage(op, bytes.subarray(0, end))).toThrow();
    }
    const endless = Buffer.concat([number.subarray(0, 1), Buffer.alloc(10, 255), Buffer.alloc(5)]);
    expect(() => decodeMessage(op, endless)).toThrow();
  });
});

function root(name: "chat" | "peer" | "op"): protobuf.Root {
  return PROTOS[["chat", "peer", "op"].indexOf(name)]!;
}
