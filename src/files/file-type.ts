/**
 * Finds the media type of a file in its bytes, because a name or a header may say anything. Only types that a browser may
 * show within a page are told apart; everything else is "application/octet-stream", which is downloaded. HTML, SVG and PDF
 * are among everything else.
 */

/** What is of no known type. */
export const UNKNOWN_TYPE = "application/octet-stream";

function ascii(head: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...head.subarray(at, at + length));
}

/** The type of a file that begins with these bytes; give at least 4 KiB, or all. */
export function typeOf(head: Uint8Array): string {
  if (ascii(head, 0, 8) === "\x89PNG\r\n\x1a\n") return "image/png";
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return "image/jpeg";
  if (/^GIF8[79]a/.test(ascii(head, 0, 6))) return "image/gif";
  const form = ascii(head, 8, 4);
  if (ascii(head, 0, 4) === "RIFF" && form === "WEBP") return "image/webp";
  if (ascii(head, 0, 4) === "RIFF" && form === "WAVE") return "audio/wav";
  if (ascii(head, 0, 4) === "fLaC") return "audio/flac";
  if (ascii(head, 0, 3) === "ID3" || (head[0] === 0xff && [0xfb, 0xf3, 0xf2].includes(head[1] ?? 0)))
    return "audio/mpeg";
  if (ascii(head, 0, 4) === "OggS") return ascii(head, 0, 256).includes("\x80theora") ? "video/ogg" : "audio/ogg";
  if (ascii(head, 0, 4) === "\x1aE\xdf\xa3") return ascii(head, 0, 64).includes("webm") ? "video/webm" : UNKNOWN_TYPE;
  if (ascii(head, 4, 4) === "ftyp") return mp4TypeOf(form);
  return isText(head) ? "text/plain" : UNKNOWN_TYPE;
}

function mp4TypeOf(brand: string): string {
  if (/^M4[AB] /.test(brand)) return "audio/mp4";
  return /^(?:isom|iso[2-9]|mp4[12]|M4V |avc1|dash|MSNV)/.test(brand) ? "video/mp4" : UNKNOWN_TYPE;
}

/** What some program takes for more than text, whatever it is called. */
const MARKUP = /^\s*(?:<|%PDF|%!|#!|\{\\rtf)/;
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const BINARY = /[\u0000-\u0008\u000e-\u001a\u001c-\u001f\u007f]/;

function isText(head: Uint8Array): boolean {
  if (head.length === 0) return false;
  try {
    // A character may be cut at the end of the head.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return !BINARY.test(text) && !MARKUP.test(text.replace(/^\uFEFF/, ""));
  } catch {
    return false;
  }
}
