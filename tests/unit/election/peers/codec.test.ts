import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { CodecError } from "../../../../src/election/peers/codec.ts";
import { decodePacket, encodePacket, frameBytes, type Packet } from "../../../../src/election/peers/packet.ts";
import { anyBallot, anyFrame, anySeq, anyViews } from "../../../support/peer-frames.ts";

function roundTrip(packet: Packet): Packet {
  return decodePacket(encodePacket(packet));
}

/** Buffer and Uint8Array compare as different; what counts is the bytes. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

describe("the codec of the peer protocol", () => {
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

  test("refuses numbers that a JS number cannot hold, and batches without ops", () => {
    // frames { frame { append_ok { ballot {}, seq: 2^63 } } }, written by hand.
    const seq = [0x10, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01];
    const ok = [0x0a, 0x00, ...seq];
    const frame = [0x1a, ok.length, ...ok];
    const frames = [0x0a, frame.length, ...frame];
    expect(() => decodePacket(new Uint8Array([0x1a, frames.length, ...frames]))).toThrow(/2\^53/);
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
    expect(() => decodePacket(empty)).toThrow(/without ops/);
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
