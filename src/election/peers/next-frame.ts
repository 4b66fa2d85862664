/**
 * A frame without meaning that dist/lastword-next sends with each Beat and dist/lastword does not know. Check
 * feature("NEXT") before using anything of this file.
 */

/** Its field number in Frame.frame, far from those that peer.proto will use. */
export const NEXT_FRAME = 99;

/** The bytes of a Frame with an empty message in that field. */
export const NEXT_FRAME_BYTES = Uint8Array.of(((NEXT_FRAME << 3) & 0x7f) | 0x02 | 0x80, (NEXT_FRAME << 3) >>> 7, 0);
