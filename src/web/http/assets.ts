/** Everything the browser loads besides pages: in memory, compressed once, named by its content. */
import { Hono } from "hono";
import { htmxScript, pageScript, streamScript, styleSheet } from "./assets.macro.ts" with { type: "macro" };
import type { WebEnv } from "./deps.ts";

interface Asset {
  readonly path: string;
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly gzipped: Uint8Array<ArrayBuffer>;
}

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="16" fill="#12594d"/><circle cx="16" cy="40" r="6" fill="#8fd6c4"/><circle cx="32" cy="40" r="6" fill="#fff"/><circle cx="48" cy="40" r="6" fill="#8fd6c4"/><path d="M14 22h36" stroke="#fff" stroke-width="6" stroke-linecap="round" opacity=".9"/></svg>`;

function asset(name: string, extension: string, type: string, content: string): Asset {
  const bytes = new TextEncoder().encode(content);
  const hash = new Bun.CryptoHasher("sha256").update(bytes).digest("hex").slice(0, 12);
  return { path: `/assets/${name}-${hash}.${extension}`, type, bytes, gzipped: Bun.gzipSync(bytes, { level: 9 }) };
}

/** Paths to put into pages. A new content has a new path, so a browser may keep what it has for ever. */
export const ASSETS = {
  style: asset("lastword", "css", "text/css; charset=utf-8", styleSheet()),
  htmx: asset("htmx", "js", "text/javascript; charset=utf-8", htmxScript()),
  page: asset("page", "js", "text/javascript; charset=utf-8", pageScript()),
  stream: asset("stream", "js", "text/javascript; charset=utf-8", streamScript()),
  icon: asset("icon", "svg", "image/svg+xml", ICON),
} as const;

/** Changes when any of them does: a page with another version must be loaded whole. */
export const ASSETS_VERSION = new Bun.CryptoHasher("sha256")
  .update(
    Object.values(ASSETS)
      .map(({ path }) => path)
      .join(),
  )
  .digest("hex")
  .slice(0, 12);

const BY_PATH = new Map<string, Asset>(Object.values(ASSETS).map((one) => [one.path, one]));

/** GET /assets/*: no login, immutable. */
export function assetRoutes(): Hono<WebEnv> {
  return new Hono<WebEnv>().get("/assets/:file", (c) => {
    const found = BY_PATH.get(new URL(c.req.url).pathname);
    if (found === undefined) return c.notFound();
    const gzip = (c.req.header("accept-encoding") ?? "").includes("gzip");
    c.header("Content-Type", found.type);
    c.header("Cache-Control", "public, max-age=31536000, immutable");
    c.header("Vary", "Accept-Encoding");
    // A page of another replica brings them into the browser's cache before it moves here. Not "same-site": to
    // Chromium two ports of one IP address are two sites.
    c.header("Cross-Origin-Resource-Policy", "cross-origin");
    if (gzip) c.header("Content-Encoding", "gzip");
    return c.body(gzip ? found.gzipped : found.bytes);
  });
}
