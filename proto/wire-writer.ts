/**
 * Writes messages for the encoders that protobufjs generates. The library's own writer collects all
 * fields in a list before it writes the first byte, which is half the cost of encoding. This one
 * writes at once, into a buffer that all messages share, and copies the result out of it.
 *
 * It has only the methods that the .proto files here need. Others (double, sint64) fail.
 */
import type protobuf from "protobufjs";

/** Size of the shared buffer. A larger message gets a buffer of its own. */
const KEPT_BYTES = 1024 * 1024;

const VARINT64_BYTES = 10;

/** The part of Buffer's `write` that does not check its arguments. */
interface TextBuffer extends Buffer {
  utf8Write(text: string, at: number): number;
}

/** Writes one message at a time: between `beginMessage` and `finish`, no other message may begin. */
class WireWriter {
  #kept = Buffer.allocUnsafeSlow(KEPT_BYTES) as TextBuffer;
  #buffer = this.#kept;
  #at = 0;
  /** The starts of the nested messages. A byte is left free at each for the length. */
  #forks: number[] = [];

  /** Starts a message, dropping what was written before. */
  begin(): this {
    this.#buffer = this.#kept;
    this.#at = 0;
    this.#forks.length = 0;
    return this;
  }

  /** The message, copied out of the shared buffer. */
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
    // The text has at most 127 bytes, so its length takes one byte.
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

  /** Starts a nested message, which ends at `ldelim` and is preceded by its length. */
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

/** Number of bytes that a length takes in LEB128, as in Protocol Buffers; at least 1. */
export function lengthBytes(length: number): number {
  let bytes = 1;
  for (let rest = length; rest > 127; rest >>>= 7) bytes++;
  return bytes;
}

const writer = new WireWriter();

/** The writer that all messages share, emptied. For messages that are assembled by hand. */
export function beginMessage(): WireWriter {
  return writer.begin();
}

/** The bytes of a message of this type. Fields that are absent or null are left out. */
export function encodeMessage(type: protobuf.Type, message: object): Buffer {
  writer.begin();
  type.encode(message as Record<string, unknown>, writer as unknown as protobuf.Writer);
  return writer.finish();
}
