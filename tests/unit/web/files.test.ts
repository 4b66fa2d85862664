/** The bytes of files as a browser gets them: what is shown, what is downloaded, and parts. */
import { expect, test } from "bun:test";
import { Hono } from "hono";
import { cleanFileName } from "../../../src/chat/limits.ts";
import { typeOf } from "../../../src/files/file-type.ts";
import { answerContent } from "../../../src/web/files/content.ts";
import type { WebEnv } from "../../../src/web/http/deps.ts";
import { someBytes } from "../../support/file-replicas.ts";

const HASH = "a".repeat(64);
const DATA = someBytes(1_000);

async function get(type: string, headers: Record<string, string> = {}, name = "x", path = "/"): Promise<Response> {
  const file = { name, type, bytes: 1_000, width: 0, height: 0, hasSmall: false, hasLarge: false };
  const app = new Hono<WebEnv>();
  app.get("/", (c) => answerContent(c, { file, content: new Blob([DATA]), type, hash: HASH }));
  return await app.request(path, { headers });
}

test("only pictures, sound, films and plain text are shown; all else is downloaded, with a name that does no harm", async () => {
  for (const type of ["image/png", "video/mp4", "audio/mpeg"]) {
    const answer = await get(type);
    expect(answer.headers.get("content-type")).toBe(type);
    expect(answer.headers.get("content-disposition")).toStartWith("inline");
  }
  expect((await get("text/plain")).headers.get("content-type")).toBe("text/plain; charset=utf-8");
  for (const type of ["text/html", "image/svg+xml", "application/pdf", "application/octet-stream", "text/javascript"]) {
    const answer = await get(type, {}, 'a"b\r\nSet-Cookie: x=1/ü.html');
    expect(answer.headers.get("content-type")).toBe("application/octet-stream");
    expect(answer.headers.get("content-disposition")).toBe(
      `attachment; filename="a_b__Set-Cookie: x=1/_.html"; filename*=UTF-8''a%22b%0D%0ASet-Cookie%3A%20x%3D1%2F%C3%BC.html`,
    );
    expect(answer.headers.get("content-security-policy")).toBe("sandbox; default-src 'none'");
  }
  expect((await get("image/png", {}, "x", "/?download")).headers.get("content-disposition")).toStartWith("attachment");
});

test("it is cached by its reader, and sent in parts", async () => {
  const whole = await get("video/mp4");
  expect(whole.headers.get("cache-control")).toBe("private, max-age=31536000, immutable");
  expect(whole.headers.get("etag")).toBe(`"${HASH}"`);
  expect(whole.headers.get("accept-ranges")).toBe("bytes");
  expect((await get("video/mp4", { "if-none-match": `"${HASH}"` })).status).toBe(304);
  const parts: [string, number, number][] = [
    ["bytes=0-9", 0, 10],
    ["bytes=990-", 990, 1_000],
    ["bytes=-5", 995, 1_000],
    ["bytes=10-99999", 10, 1_000],
  ];
  for (const [range, from, to] of parts) {
    const answer = await get("video/mp4", { range });
    expect(answer.status).toBe(206);
    expect(answer.headers.get("content-range")).toBe(`bytes ${from}-${to - 1}/1000`);
    expect(Buffer.compare(new Uint8Array(await answer.arrayBuffer()), DATA.subarray(from, to))).toBe(0);
  }
  for (const range of ["bytes=1000-", "bytes=20-10", "bytes=-0"])
    expect((await get("video/mp4", { range })).status).toBe(416);
  for (const range of ["bytes=0-1,3-4", "lines=1-2", "bytes=a-b"])
    expect((await get("video/mp4", { range })).status).toBe(200);
  expect((await get("video/mp4", { range: "bytes=0-9", "if-range": '"old"' })).status).toBe(200);
});

test("a type is found in the bytes; markup, scripts and what is both are of no type", () => {
  const of = (text: string): string => typeOf(new TextEncoder().encode(text));
  expect(of("Grüße\nwelt")).toBe("text/plain");
  for (const text of ["<html>", "  <svg onload=x>", "\uFEFF<?xml", "%PDF-1.7", "#!/bin/sh", "{\\rtf1", "a\0b", ""]) {
    expect(of(text)).toBe("application/octet-stream");
  }
  expect(typeOf(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]))).toBe("image/png");
  expect(typeOf(new Uint8Array([0xff, 0xd8, 0xff, 0xe0]))).toBe("image/jpeg");
  expect(typeOf(new Uint8Array([0x50, 0x4b, 3, 4]))).toBe("application/octet-stream");
  expect(typeOf(new TextEncoder().encode("GIF89a<script>alert(1)</script>"))).toBe("image/gif");
});

test("a name of a file is one line without a path, at most 200 bytes, with its ending", () => {
  expect(cleanFileName("../../etc/passwd")).toBe("passwd");
  expect(cleanFileName("C:\\Users\\ann\\plan.pdf")).toBe("plan.pdf");
  expect(cleanFileName("a\u202Egnp.exe\r\n\0")).toBe("agnp.exe");
  expect(cleanFileName("...")).toBe("file");
  expect(cleanFileName("")).toBe("file");
  const long = cleanFileName(`${"ü".repeat(1_000)}.jpeg`);
  expect(Buffer.byteLength(long)).toBeLessThanOrEqual(200);
  expect(long).toEndWith(".jpeg");
});
