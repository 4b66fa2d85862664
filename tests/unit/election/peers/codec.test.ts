import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { lengthBytes } from "../../../../proto/wire-writer.ts";
import type { Frame } from "../../../../src/election/frame.ts";
import { CodecError } from "../../../../src/election/peers/codec.ts";
import {
  decodePacket,
  encodePacket,
  frameBytes,
  type Packet,
  type PacketToSend,
} from "../../../../src/election/peers/packet.ts";
import { anyBallot, anyFrame, anySeq, anyViews } from "../../../support/peer-frames.ts";

function roundTrip(packet: PacketToSend): Packet {
  return decodePacket(encodePacket(packet));
}

/** Turns buffers into arrays, because Buffer and Uint8Array with equal bytes compare as different. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

describe("the codec of the peer protocol", () => {
  test("a frame that cannot be read takes none of its neighbours with it", () => {
    fc.assert(
      fc.property(anyFrame, anyFrame, fc.integer({ min: 18, max: 1000 }), (before, after, number) => {
        const framesOf = (frame: Frame): number[] => [...encodePacket({ kind: "frames", frames: [frame] })];
        // The bytes after the tag and the length of Packet.frames.
        const inner = (frame: Frame): number[] => {
          const bytes = framesOf(frame);
          return bytes.slice(1 + lengthBytes(bytes.length - 1 - lengthBytes(bytes.length)));
        };
        const tag = number * 8 + 2;
        const field = tag < 128 ? [tag] : [(tag & 127) | 128, tag >>> 7];
        const unknown = [0x0a, field.length + 1, ...field, 0];
        const all = [...inner(before), ...unknown, ...inner(after)];
        const length: number[] = [];
        for (let rest = all.length; ; rest >>>= 7) {
          length.push(rest > 127 ? (rest & 127) | 128 : rest);
          if (rest <= 127) break;
        }
        const back = decodePacket(new Uint8Array([0x1a, ...length, ...all]));
        expect(plain(back)).toEqual(plain({ kind: "frames", frames: [before, { type: "unread", number }, after] }));
      }),
    );
  });

  test("gives back every frame exactly: fields, nulls, numbers, bytes", () => {
    fc.assert(
      fc.property(fc.array(anyFrame, { minLength: 1, maxLength: 4 }), (frames) => {
        const back = roundTrip({ kind: "frames", frames });
        expect(plain(back)).toStrictEqual(plain({ kind: "frames", frames }));
      }),
      { numRuns: 2000 },
    );
  });

  test("gives back every snapshot header exactly", () => {
    fc.assert(
      fc.property(anyBallot, anyViews, anySeq, anySeq, anySeq, (ballot, lineage, a, b, c) => {
        const header = { ballot, lineage, logFirstSeq: a, appliedSeq: b, commonSeq: c };
        const packet = { kind: "snapshotHeader", header } as const;
        expect(plain(roundTrip(packet))).toStrictEqual(plain(packet));
      }),
      { numRuns: 300 },
    );
  });

  test("gives ops as Buffers: windows into the packet", () => {
    const ops = [new Uint8Array([0, 255, 128]), new Uint8Array(0)];
    const keys = ops.map((_, i) => `key ${i}`);
    const packet = encodePacket({ kind: "frames", frames: [{ type: "propose", ops, keys }] });
    const back = decodePacket(packet);
    if (back.kind !== "frames" || back.frames[0]?.type !== "propose") throw new Error("no propose");
    for (const op of back.frames[0].ops) expect(Buffer.isBuffer(op)).toBe(true);
    expect(back.frames[0].ops[0]?.buffer).toBe(packet.buffer);
    expect(back.frames[0].ops.map((op) => [...op])).toEqual([[0, 255, 128], []]);
  });

  test("takes nothing but whole packets: wild and cut bytes are a CodecError, never anything else", () => {
    const codecErrorOrPacket = (bytes: Uint8Array): void => {
      try {
        decodePacket(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(CodecError);
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), codecErrorOrPacket));
    fc.assert(
      fc.property(anyFrame, fc.double({ min: 0, max: 1, noNaN: true }), (frame, share) => {
        const bytes = encodePacket({ kind: "frames", frames: [frame] });
        codecErrorOrPacket(bytes.subarray(0, Math.floor(bytes.length * share)));
      }),
    );
    expect(() => decodePacket(new Uint8Array(0))).toThrow(CodecError);
  });

  test("leaves out what it cannot read, by the number of the frame: wild numbers, batches without ops, new kinds", () => {
    // frames { frame { append_ok { ballot {}, seq: 2^63 } } }, written by hand.
    const seq = [0x10, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01];
    const ok = [0x0a, 0x00, ...seq];
    const frame = [0x1a, ok.length, ...ok];
    const frames = [0x0a, frame.length, ...frame];
    // frames { frame { 18 { 1: 5 } } frame { } }: a frame of an unknown kind, and an empty frame.
    const newKind = [0x0a, 0x05, 0x92, 0x01, 0x02, 0x08, 0x05];
    const nothing = [0x0a, 0x00];
    const all = [...frames, ...newKind, ...nothing];
    expect(decodePacket(new Uint8Array([0x1a, all.length, ...all]))).toEqual({
      kind: "frames",
      frames: [3, 18, 0].map((number) => ({ type: "unread" as const, number })),
    });
    const empty = encodePacket({
      kind: "frames",
      frames: [
        {
          type: "append",
          ballot: { counter: 1, replicaId: 0, nonce: "" },
          prevSeq: 0,
          prevViewNo: null,
          batches: [
            {
              kind: "op",
              viewNo: { ballot: { counter: 1, replicaId: 0, nonce: "" }, minor: 0 },
              firstSeq: 1,
              ops: [],
            },
          ],
          commit: 0,
          round: 0,
        },
      ],
    });
    expect(decodePacket(empty)).toEqual({ kind: "frames", frames: [{ type: "unread", number: 2 }] });
  });

  test("leaves out a frame with a value of an enum that it does not know, and counts it by its number", () => {
    // frames { frame { beat { role: 9 } } }
    const unknown = [0x0a, 0x04, 0x0a, 0x02, 0x08, 0x09];
    expect(decodePacket(new Uint8Array([0x1a, unknown.length, ...unknown]))).toEqual({
      kind: "frames",
      frames: [{ type: "unread", number: 1 }],
    });
  });

  test("knows what a frame with ops takes, from above and within a kilobyte a batch", () => {
    fc.assert(
      fc.property(anyFrame, (frame) => {
        if (frame.type !== "append" && frame.type !== "tail" && frame.type !== "propose") return;
        const batches = frame.type === "propose" ? 1 : frame.batches.length;
        const exact = encodePacket({ kind: "frames", frames: [frame] }).byteLength;
        expect(frameBytes(frame)).toBeGreaterThanOrEqual(exact);
        expect(frameBytes(frame)).toBeLessThanOrEqual(exact + 1024 * (batches + 1));
      }),
      { numRuns: 1000 },
    );
  });
});
