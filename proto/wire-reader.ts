/** Bytes to messages, for the decoders that protobufjs makes (7.6.6). */
import protobuf from "protobufjs";

/** `toString` of Node's own Buffer without its tests of the arguments. */
interface TextBuffer extends Buffer {
  utf8Slice(start: number, end: number): string;
}

/** What a uint64 is in the library's types, though it takes what its reader gives. */
type Long = ReturnType<protobuf.BufferReader["uint64"]>;

/**
 * As the library's reader, but: a text that is cut off is an error (the library takes it for one
 * that is shorter), and a uint64 is a number, which beyond 2^53 is not exact. Byte fields are
 * windows into the bytes that are read.
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

/** Absent fields have their default, on the prototype. Throws on bytes that are no such message. */
export function decodeMessage(type: protobuf.Type, bytes: Uint8Array): protobuf.Message {
  return type.decode(new WireReader(asBuffer(bytes)));
}

/** The same memory; a Buffer as it is. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
