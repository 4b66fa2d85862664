/**
 * Packets as gRPC messages. Before the peer proof a packet is one bare message. After it each
 * message is a sealed piece, so that no listener must take a message larger than any client may
 * send, and so that nobody on the path can change what peers say to each other:
 *
 *     flag (1 byte: more pieces of this packet follow, or not) | bytes of the packet | tag (16 bytes)
 *
 * The tag is AES-256-GCM's over flag and bytes, with nothing encrypted: the fastest keyed checksum
 * there is here. The key is of this call and this direction (peers/proof.ts), the nonce counts the
 * pieces: one that was changed, repeated, left out or moved does not fit, whoever did it.
 */
import { createCipheriv, timingSafeEqual } from "node:crypto";

/** Bytes of a packet in one piece. */
export const PIECE_BYTES_MAX = 64 * 1024;
const FLAG_BYTES = 1;
const TAG_BYTES = 16;
/** Bytes of one gRPC message of the Peer service: a piece with what is around it. */
export const PEER_MESSAGE_BYTES_MAX = FLAG_BYTES + PIECE_BYTES_MAX + TAG_BYTES;
/** Bytes of one packet at most, whole; an Append of 512 ops of 64 KiB still fits. Only proven peers get so far. */
export const PACKET_BYTES_MAX = 64 * 1024 * 1024;

const LAST = 0;
const MORE = 1;

/** A message that is not the next piece of this stream: it was changed on the way. */
export class PieceError extends Error {
  override readonly name = "PieceError";
}

/** Tags for the pieces of one direction of one call, in their order. */
class Seal {
  readonly #key: Uint8Array;
  /** 96 bits; 2^53 pieces is more than any stream has. */
  readonly #nonce = Buffer.alloc(12);
  #count = 0;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  next(piece: Uint8Array): Buffer {
    this.#nonce.writeUIntBE(this.#count++, 6, 6);
    const cipher = createCipheriv("aes-256-gcm", this.#key, this.#nonce);
    cipher.setAAD(piece);
    cipher.final();
    return cipher.getAuthTag();
  }
}

/** Cuts and seals the packets of one direction of one call. */
export class PieceWriter {
  readonly #seal: Seal;

  /** `key`: 32 bytes that nothing else is sealed with. */
  constructor(key: Uint8Array) {
    this.#seal = new Seal(key);
  }

  /** The messages for one packet, in order; all must be sent. */
  cut(packet: Uint8Array): Uint8Array[] {
    const messages: Uint8Array[] = [];
    for (let at = 0; at === 0 || at < packet.length; at += PIECE_BYTES_MAX) {
      const part = packet.subarray(at, at + PIECE_BYTES_MAX);
      const end = FLAG_BYTES + part.length;
      const message = Buffer.allocUnsafe(end + TAG_BYTES);
      message[0] = at + part.length < packet.length ? MORE : LAST;
      message.set(part, FLAG_BYTES);
      message.set(this.#seal.next(message.subarray(0, end)), end);
      messages.push(message);
    }
    return messages;
  }
}

/** Checks the pieces of one direction of one call, and puts its packets together. */
export class PieceReader {
  readonly #seal: Seal;
  #parts: Uint8Array[] = [];
  #bytes = 0;

  constructor(key: Uint8Array) {
    this.#seal = new Seal(key);
  }

  /** The packet that this message completes; null if more of it follows. Throws PieceError: then the call is over. */
  take(message: Uint8Array): Uint8Array | null {
    const end = message.length - TAG_BYTES;
    if (end < FLAG_BYTES) throw new PieceError("not a piece");
    if (!timingSafeEqual(message.subarray(end), this.#seal.next(message.subarray(0, end)))) {
      throw new PieceError("not the next piece of its peer");
    }
    const part = message.subarray(FLAG_BYTES, end);
    const isLast = message[0] === LAST;
    // The packet of one piece is a window into it.
    if (isLast && this.#parts.length === 0) return part;
    this.#parts.push(part);
    this.#bytes += part.length;
    if (this.#bytes > PACKET_BYTES_MAX) throw new PieceError("a packet without an end");
    if (!isLast) return null;
    const packet = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#bytes = 0;
    return packet;
  }
}
