/**
 * The frame that dist/lastword-next has and dist/lastword has not: said with each Beat, and of no meaning. Whoever
 * uses something of this asks feature("NEXT") first.
 */

/** Its number in Frame.frame: far from those that peer.proto will use. */
export const NEXT_FRAME = 99;

/** A Frame with a message without content in that field. */
export const NEXT_FRAME_BYTES = Uint8Array.of(((NEXT_FRAME << 3) & 0x7f) | 0x02 | 0x80, (NEXT_FRAME << 3) >>> 7, 0);
