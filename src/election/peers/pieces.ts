/**
 * Packets as gRPC messages. Before the peer proof, a packet is one bare message. After it, each
 * message is a sealed piece, so that the port need not accept larger messages from peers than from
 * clients, and so that nobody on the path can change what peers send to each other:
 *
 *     flag (1 byte: more pieces of this packet follow, or not) | bytes of the packet | tag (16 bytes)
 *
 * The tag is that of AES-256-GCM over flag and bytes, with nothing encrypted, because it is the
 * fastest keyed checksum in Bun. The key belongs to this call and direction (peers/proof.ts), and
 * the nonce counts the pieces, so a piece that was changed, repeated, omitted or moved is detected.
 */
import { createCipheriv, timingSafeEqual } from "node:crypto";

/** Maximum number of bytes of a packet in one piece. */
export const PIECE_BYTES_MAX = 64 * 1024;
const FLAG_BYTES = 1;
const TAG_BYTES = 16;
/** Maximum length of a gRPC message of the Peer service: a piece with its flag and tag. */
export const PEER_MESSAGE_BYTES_MAX = FLAG_BYTES + PIECE_BYTES_MAX + TAG_BYTES;
/**
 * Maximum length of a whole packet; an Append of 512 ops of 64 KiB still fits. Only proven peers can send that much.
 */
const PACKET_BYTES_MAX = 64 * 1024 * 1024;

const LAST = 0;
const MORE = 1;

/** A message is not the next piece of its stream, so it was changed on the way. */
export class PieceError extends Error {
  override readonly name = "PieceError";
}

/** Makes the tags for the pieces of one direction of one call, in their order. */
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

  /** `key`: 32 bytes that are used for nothing else. */
  constructor(key: Uint8Array) {
    this.#seal = new Seal(key);
  }

  /** The messages for one packet. All of them must be sent, in this order. */
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

/** Verifies the pieces of one direction of one call, and assembles its packets. */
export class PieceReader {
  readonly #seal: Seal;
  #parts: Uint8Array[] = [];
  #bytes = 0;

  constructor(key: Uint8Array) {
    this.#seal = new Seal(key);
  }

  /**
   * The packet that this message completes; null if more pieces of it follow. After a PieceError, the call must be
   * closed.
   */
  take(message: Uint8Array): Uint8Array | null {
    const end = message.length - TAG_BYTES;
    if (end < FLAG_BYTES) throw new PieceError("not a piece");
    if (!timingSafeEqual(message.subarray(end), this.#seal.next(message.subarray(0, end)))) {
      throw new PieceError("not the next piece of its peer");
    }
    const part = message.subarray(FLAG_BYTES, end);
    const isLast = message[0] === LAST;
    // A packet of one piece is a view into the message, not a copy.
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
