/**
 * Answers the bytes of a file. Nothing in a file can act as a part of the chat: the browser takes the type from the header
 * alone, shows only pictures, sound, films and plain text, and gives what it shows no origin.
 */
import type { Context } from "hono";
import { SHOWN_TYPES } from "../../chat/files.ts";
import type { FileContent } from "../../chat/file-service.ts";
import type { WebEnv } from "../http/deps.ts";

const YEAR_SECONDS = 31_536_000;
const POLICY = "sandbox; default-src 'none'";
/** One range, with a beginning or an end. */
const RANGE = /^bytes=(?:(\d{1,15})-(\d{0,15})|-(\d{1,15}))$/;

/** The first byte and the one behind the last, or null: there is no such part. */
function rangeOf(header: string, size: number): { readonly from: number; readonly to: number } | null {
  const [, first, last, suffix] = RANGE.exec(header) ?? [];
  if (suffix !== undefined)
    return Number(suffix) > 0 && size > 0 ? { from: Math.max(0, size - Number(suffix)), to: size } : null;
  const from = Number(first);
  const to = last === undefined || last === "" ? size : Math.min(size, Number(last) + 1);
  return first !== undefined && from < to ? { from, to } : null;
}

/** The name in ASCII for old browsers, and as it is. */
function disposition(name: string, isShown: boolean): string {
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, "_");
  const whole = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${isShown ? "inline" : "attachment"}; filename="${plain}"; filename*=UTF-8''${whole}`;
}

/** See the top of this file. */
export function answerContent(c: Context<WebEnv>, { file, content, type, hash }: FileContent): Response {
  const isShown = SHOWN_TYPES.has(type) && c.req.query("download") === undefined;
  const etag = `"${hash}"`;
  const headers = {
    "Content-Type": isShown ? (type === "text/plain" ? "text/plain; charset=utf-8" : type) : "application/octet-stream",
    "Content-Disposition": disposition(file.name, isShown),
    "Content-Security-Policy": POLICY,
    "Cache-Control": `private, max-age=${YEAR_SECONDS}, immutable`,
    "Accept-Ranges": "bytes",
    ETag: etag,
  };
  if (c.req.header("if-none-match") === etag) return c.body(null, 304, headers);
  const asked = c.req.header("range");
  const isCurrent = [undefined, etag].includes(c.req.header("if-range"));
  if (asked === undefined || !RANGE.test(asked) || !isCurrent) {
    return new Response(content, { headers: { ...headers, "Content-Length": String(content.size) } });
  }
  const range = rangeOf(asked, content.size);
  if (range === null) return c.body(null, 416, { ...headers, "Content-Range": `bytes */${content.size}` });
  const { from, to } = range;
  return new Response(content.slice(from, to), {
    status: 206,
    headers: {
      ...headers,
      "Content-Range": `bytes ${from}-${to - 1}/${content.size}`,
      "Content-Length": String(to - from),
    },
  });
}
