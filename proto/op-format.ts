/** The format of an encoded Op (op.proto), read without decoding it: by whoever passes ops on. */

/** Field 1, a varint; encoders write fields by number, so it comes first. */
const TAG = 1 << 3;

/** `Op.format`; 0 if the bytes do not begin with one. */
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
