/** Reads messages for the decoders that protobufjs (7.6.6) generates. */
import protobuf from "protobufjs";

/** The part of Buffer's `toString` that does not check its arguments. */
interface TextBuffer extends Buffer {
  utf8Slice(start: number, end: number): string;
}

/** The type of a uint64 in the library's declarations. Its decoders take whatever the reader returns. */
type Long = ReturnType<protobuf.BufferReader["uint64"]>;

/**
 * The library's reader with two changes: a truncated text is an error (the library takes it for a
 * shorter text), and a uint64 is a number, which is not exact above 2^53. Byte fields are views into
 * the bytes that are read.
 */
class WireReader extends protobuf.BufferReader {
  override string(): string {
    const length = this.uint32();
    const start = this.pos;
    if (length > this.len - start) throw new RangeError("a text reaches beyond its message");
    this.pos = start + length;
    return (this.buf as TextBuffer).utf8Slice(start, this.pos);
  }

  override uint64(): Long {
    let value = 0;
    let factor = 1;
    for (let i = 0; i < 10; i++) {
      if (this.pos >= this.len) throw new RangeError("a number reaches beyond its message");
      const byte = this.buf[this.pos++]!;
      value += (byte & 127) * factor;
      if (byte < 128) return value as unknown as Long;
      factor *= 128;
    }
    throw new RangeError("a number has too many bytes");
  }
}

/** Decodes a message. Defaults of absent fields are on its prototype. Throws if the bytes are no such message. */
export function decodeMessage(type: protobuf.Type, bytes: Uint8Array): protobuf.Message {
  return type.decode(new WireReader(asBuffer(bytes)));
}

/** The same memory as a Buffer; a Buffer is returned as it is. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
