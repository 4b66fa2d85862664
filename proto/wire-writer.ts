/**
 * Messages to bytes, for the encoders that protobufjs makes. Its own writer notes every field in
 * a list before it writes the first byte, which costs half of an encoding; this one writes at
 * once, into one piece of memory that all messages share, and copies out what came of it.
 *
 * It has what the .proto files here use. An encoder that asks for more (double, sint64) fails.
 */
import type protobuf from "protobufjs";

/** Memory kept between two messages; a larger message has its own. */
const KEPT_BYTES = 1024 * 1024;

const VARINT64_BYTES = 10;

/** `write` of Node's own Buffer without its tests of the arguments. */
interface TextBuffer extends Buffer {
  utf8Write(text: string, at: number): number;
}

/** One message at a time: from `beginMessage` to `finish`, nothing else may begin one. */
export class WireWriter {
  #kept = Buffer.allocUnsafeSlow(KEPT_BYTES) as TextBuffer;
  #buffer = this.#kept;
  #at = 0;
  /** Where the messages inside one another begin; at each a byte is left free for the length. */
  #forks: number[] = [];

  /** Drops what was written before. */
  begin(): this {
    this.#buffer = this.#kept;
    this.#at = 0;
    this.#forks.length = 0;
    return this;
  }

  /** The message, as bytes of its own. */
  finish(): Buffer {
    const bytes = Buffer.allocUnsafeSlow(this.#at);
    this.#buffer.copy(bytes, 0, 0, this.#at);
    return bytes;
  }

  uint32(value: number): this {
    this.#reserve(VARINT64_BYTES);
    const buffer = this.#buffer;
    let rest = value >>> 0;
    while (rest > 127) {
      buffer[this.#at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    buffer[this.#at++] = rest;
    return this;
  }

  int32(value: number): this {
    return value < 0 ? this.int64(value) : this.uint32(value);
  }

  /** A whole number from 0 to 2^53 - 1. */
  uint64(value: number): this {
    this.#reserve(VARINT64_BYTES);
    const buffer = this.#buffer;
    let rest = value;
    while (rest > 0x7fff_ffff) {
      buffer[this.#at++] = (rest & 127) | 128;
      rest = Math.floor(rest / 128);
    }
    return this.uint32(rest);
  }

  /** A whole number whose absolute value is at most 2^53 - 1. */
  int64(value: number): this {
    if (value >= 0) return this.uint64(value);
    this.#reserve(VARINT64_BYTES);
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 127n; rest >>= 7n) this.#buffer[this.#at++] = Number(rest & 127n) | 128;
    this.#buffer[this.#at++] = Number(rest);
    return this;
  }

  bool(value: boolean): this {
    return this.uint32(value ? 1 : 0);
  }

  string(value: string): this {
    const bytesMax = value.length * 3;
    this.#reserve(bytesMax + VARINT64_BYTES);
    if (bytesMax > 127) {
      this.uint32(Buffer.byteLength(value));
      this.#at += this.#buffer.utf8Write(value, this.#at);
      return this;
    }
    // However many bytes it takes, its length takes one.
    const bytes = this.#buffer.utf8Write(value, this.#at + 1);
    this.#buffer[this.#at] = bytes;
    this.#at += bytes + 1;
    return this;
  }

  bytes(value: Uint8Array): this {
    this.#reserve(value.length + VARINT64_BYTES);
    this.uint32(value.length);
    this.#buffer.set(value, this.#at);
    this.#at += value.length;
    return this;
  }

  /** What follows until `ldelim` is one message, behind its length. */
  fork(): this {
    this.#reserve(1);
    this.#forks.push(this.#at++);
    return this;
  }

  ldelim(): this {
    const start = this.#forks.pop()!;
    const length = this.#at - start - 1;
    if (length > 127) {
      const shift = lengthBytes(length) - 1;
      this.#reserve(shift);
      this.#buffer.copyWithin(start + 1 + shift, start + 1, this.#at);
      this.#at = start;
      this.uint32(length);
      this.#at += length;
    } else {
      this.#buffer[start] = length;
    }
    return this;
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#buffer.length)) as TextBuffer;
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
  }
}

/** Bytes that a length (LEB128, as in Protocol Buffers) takes; from 1. */
export function lengthBytes(length: number): number {
  let bytes = 1;
  for (let rest = length; rest > 127; rest >>>= 7) bytes++;
  return bytes;
}

const writer = new WireWriter();

/** The writer of all messages, empty. For messages that are put together by hand. */
export function beginMessage(): WireWriter {
  return writer.begin();
}

/** A message of the type as bytes; absent fields and those that are null are left out. */
export function encodeMessage(type: protobuf.Type, message: object): Buffer {
  writer.begin();
  type.encode(message as Record<string, unknown>, writer as unknown as protobuf.Writer);
  return writer.finish();
}
