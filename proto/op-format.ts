/** Reads the format of an encoded Op (op.proto) without decoding the op. */

/** The tag of field 1, a varint. Encoders write fields in the order of their numbers, so it comes first. */
const TAG = 1 << 3;

/** `Op.format`; 0 if the bytes do not begin with it. */
export function opFormat(op: Uint8Array): number {
  if (op[0] !== TAG) return 0;
  let format = 0;
  for (let i = 1; i <= 4; i++) {
    const byte = op[i] ?? 0;
    format += (byte & 127) * 128 ** (i - 1);
    if (byte < 128) return format;
  }
  return 0;
}
