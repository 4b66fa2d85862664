/**
 * Packets as gRPC messages: a packet larger than PIECE_BYTES_MAX goes in pieces, so that no
 * listener must take a message larger than any client may send. Before the peer proof a
 * packet is one bare message; after it each message is one piece:
 *
 *     flag (1 byte: more pieces of this packet follow, or not) | bytes of the packet
 */

/** Bytes of a packet in one piece. */
export const PIECE_BYTES_MAX = 64 * 1024;
/** Bytes of one gRPC message of the Peer service: a piece with what is around it. */
export const PEER_MESSAGE_BYTES_MAX = PIECE_BYTES_MAX + 1;
/** Bytes of one packet at most, whole; an Append of 512 ops of 64 KiB still fits. Only proven peers get so far. */
export const PACKET_BYTES_MAX = 64 * 1024 * 1024;

const LAST = 0;
const MORE = 1;

/** A message that is no piece of this stream, or a packet that is too large. */
export class PieceError extends Error {
  override readonly name = "PieceError";
}

/** Cuts the packets of one direction of one stream. */
export class PieceWriter {
  /** The messages for one packet, in order. */
  cut(packet: Uint8Array): Uint8Array[] {
    const messages: Uint8Array[] = [];
    for (let at = 0; at === 0 || at < packet.length; at += PIECE_BYTES_MAX) {
      const part = packet.subarray(at, at + PIECE_BYTES_MAX);
      const message = Buffer.allocUnsafe(part.length + 1);
      message[0] = at + part.length < packet.length ? MORE : LAST;
      message.set(part, 1);
      messages.push(message);
    }
    return messages;
  }
}

/** Puts the packets of one direction of one stream together. */
export class PieceReader {
  #parts: Uint8Array[] = [];
  #bytes = 0;

  /** The packet that this message completes; null if more of it follows. Throws PieceError. */
  take(message: Uint8Array): Uint8Array | null {
    const flag = message[0];
    if (flag !== LAST && flag !== MORE) throw new PieceError("not a piece");
    const part = message.subarray(1);
    // The packet of one piece is a window into it.
    if (flag === LAST && this.#parts.length === 0) return part;
    this.#parts.push(part);
    this.#bytes += part.length;
    if (this.#bytes > PACKET_BYTES_MAX) throw new PieceError("a packet without an end");
    if (flag === MORE) return null;
    const packet = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#bytes = 0;
    return packet;
  }
}
