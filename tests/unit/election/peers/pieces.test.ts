import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { CHECKSUM_BYTES, isIntact, withChecksum } from "../../../../proto/op-checksum.ts";
import { DamagedOp, decodeOp, encodeOp, type Op } from "../../../../src/chat/kinds/op.ts";
import type { Frame } from "../../../../src/election/frame.ts";
import { opsIntact } from "../../../../src/election/peers/frame-ops.ts";
import {
  PEER_MESSAGE_BYTES_MAX,
  PIECE_BYTES_MAX,
  PieceError,
  PieceReader,
  PieceWriter,
} from "../../../../src/election/peers/pieces.ts";
import { createLogger } from "../../../../src/host/logger.ts";
import { damageReports } from "../../../../src/replica/damage-log.ts";

const KEY = new Uint8Array(32).fill(3);

function pair(): { readonly writer: PieceWriter; readonly reader: PieceReader } {
  return { writer: new PieceWriter(KEY), reader: new PieceReader(KEY) };
}

function bytes(length: number, of = 1): Uint8Array {
  return new Uint8Array(length).fill(of);
}

describe("pieces", () => {
  test("packets of every size come out as they went in, in messages that fit", () => {
    const { writer, reader } = pair();
    for (const size of [0, 1, 300, PIECE_BYTES_MAX - 1, PIECE_BYTES_MAX, PIECE_BYTES_MAX + 1, 5 * PIECE_BYTES_MAX]) {
      const packet = crypto.getRandomValues(new Uint8Array(Math.min(size, 65_536)));
      const whole = Buffer.concat([packet, bytes(size - packet.length)]);
      const messages = writer.cut(whole);
      expect(messages).toHaveLength(Math.max(1, Math.ceil(size / PIECE_BYTES_MAX)));
      for (const message of messages) expect(message.length).toBeLessThanOrEqual(PEER_MESSAGE_BYTES_MAX);
      const out = messages.map((message) => reader.take(message));
      expect(out.slice(0, -1).every((packet) => packet === null)).toBe(true);
      expect(Buffer.from(out.at(-1)!).equals(whole)).toBe(true);
    }
  });

  test("any changed bit, in flag, bytes or tag, is noticed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(), fc.nat(7), (packet, where, bit) => {
        const { writer, reader } = pair();
        const message = writer.cut(packet)[0]!;
        message[where % message.length]! ^= 1 << bit;
        expect(() => reader.take(message)).toThrow(PieceError);
      }),
    );
  });

  test("one that is repeated, left out, moved or cut is noticed, and so is another stream's", () => {
    const { writer, reader } = pair();
    const [first, second, third] = [bytes(10), bytes(20), bytes(30)].map((packet) => writer.cut(packet)[0]!);
    expect(reader.take(first!)).toEqual(Buffer.from(bytes(10)));
    expect(() => reader.take(first!)).toThrow(PieceError);
    const other = new PieceReader(KEY);
    other.take(first!);
    expect(() => other.take(third!)).toThrow(PieceError);
    const swapped = new PieceReader(KEY);
    expect(() => swapped.take(second!)).toThrow(PieceError);
    expect(() => new PieceReader(KEY).take(first!.subarray(0, -1))).toThrow(PieceError);
    expect(() => new PieceReader(KEY).take(bytes(16))).toThrow(PieceError);
    expect(() => new PieceReader(bytes(32, 4)).take(first!)).toThrow(PieceError);
  });

  test("the end of a large packet cannot be moved", () => {
    const { writer, reader } = pair();
    const [head, tail] = writer.cut(bytes(PIECE_BYTES_MAX + 5));
    expect(reader.take(head!)).toBeNull();
    tail![0] = 1;
    expect(() => reader.take(tail!)).toThrow(PieceError);
  });
});

describe("an op's checksum", () => {
  const op: Op = {
    user: "u".repeat(12),
    clientId: crypto.randomUUID(),
    timeMicros: 1,
    origin: null,
    recovered: false,
    body: { kind: "sendMessage", conversation: "c", body: "pay 0100 to ALICE", readUpTo: "" },
  };

  test("is part of what is encoded; any changed bit is noticed, and nothing of the op is read", () => {
    const whole = encodeOp(op);
    expect(isIntact(whole)).toBe(true);
    expect(decodeOp(whole).body).toMatchObject(op.body);
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 1 << (at % 8);
      expect([at, isIntact(changed)]).toEqual([at, false]);
      expect(() => decodeOp(changed)).toThrow(DamagedOp);
    }
    for (let length = 0; length < whole.length; length++) expect(isIntact(whole.subarray(0, length))).toBe(false);
  });

  test("is looked at in every frame that carries ops", () => {
    const whole = withChecksum(bytes(20));
    const changed = Buffer.from(whole);
    changed[changed.length - CHECKSUM_BYTES - 1]! ^= 1;
    const ballot = { counter: 1, replicaId: 0, nonce: "" };
    const frames = (ops: readonly Uint8Array[]): Frame[] => {
      const batches = [{ kind: "op" as const, viewNo: { ballot, minor: 0 }, firstSeq: 1, ops }];
      return [
        { type: "propose", ops, keys: ops.map(String) },
        { type: "tail", prevSeq: 0, prevViewNo: null, batches },
        { type: "append", ballot, prevSeq: 0, prevViewNo: null, batches, commit: 0, round: 0 },
      ];
    };
    expect(frames([whole, whole]).map(opsIntact)).toEqual([true, true, true]);
    expect(frames([whole, changed]).map(opsIntact)).toEqual([false, false, false]);
  });
});

test("damage is one line at first, then one a minute with how often it was", () => {
  const lines: { event: string; peer: number; reason: string; count: number }[] = [];
  let now = 0;
  const report = damageReports(
    createLogger("info", 0, (line) => lines.push(JSON.parse(line) as (typeof lines)[0])),
    () => now,
  );
  for (let i = 0; i < 5; i++) report(1, "frame");
  report(2, "frame");
  now = 60_000;
  report(1, "frame");
  expect(lines.map(({ event, peer, reason, count }) => [event, peer, reason, count])).toEqual([
    ["peer_damaged", 1, "frame", 1],
    ["peer_damaged", 2, "frame", 1],
    ["peer_damaged", 1, "frame", 6],
  ]);
});
