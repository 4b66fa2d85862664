/** The files that the browser loads besides pages: in memory, compressed once, named by a hash of their content. */
import { feature } from "bun:bundle";
import { Hono } from "hono";
import { htmxScript, pageScript, streamScript, styleSheet } from "./assets.macro.ts" with { type: "macro" };
import { emojiFile } from "../messages/emoji-table.macro.ts" with { type: "macro" };
import type { WebEnv } from "./deps.ts";

interface Asset {
  readonly path: string;
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Compressed when a browser first asks for it, because commands and most starts have no browser. */
  gzipped: Uint8Array<ArrayBuffer> | null;
}

/** `more`: what is drawn above it. */
const icon = (more = ""): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="16" fill="#12594d"/><circle cx="16" cy="40" r="6" fill="#8fd6c4"/><circle cx="32" cy="40" r="6" fill="#fff"/><circle cx="48" cy="40" r="6" fill="#8fd6c4"/><path d="M14 22h36" stroke="#fff" stroke-width="6" stroke-linecap="round" opacity=".9"/>${more}</svg>`;
const DOT = `<circle cx="48" cy="16" r="14" fill="#c98a12" stroke="#fff" stroke-width="4"/>`;

function made(name: string, extension: string, type: string, content: string): Asset {
  const bytes = new TextEncoder().encode(content);
  const hash = new Bun.CryptoHasher("sha256").update(bytes).digest("hex").slice(0, 12);
  return { path: `/assets/${name}-${hash}.${extension}`, type, bytes, gzipped: null };
}

/** The version that tests upgrade to has other scripts and styles than the one before it, as a real one would. */
const NEXT_MARK = feature("NEXT") ? "\n/* next */" : "";

/** The paths in pages. New content has a new path, so a browser may cache a file for ever. */
export const ASSETS = {
  style: made("lastword", "css", "text/css; charset=utf-8", styleSheet() + NEXT_MARK),
  htmx: made("htmx", "js", "text/javascript; charset=utf-8", htmxScript()),
  page: made("page", "js", "text/javascript; charset=utf-8", pageScript() + NEXT_MARK),
  stream: made("stream", "js", "text/javascript; charset=utf-8", streamScript() + NEXT_MARK),
  emoji: made("emoji", "html", "text/html; charset=utf-8", emojiFile()),
  icon: made("icon", "svg", "image/svg+xml", icon()),
  /** While somebody calls the user. */
  dottedIcon: made("dotted", "svg", "image/svg+xml", icon(DOT)),
} as const;

/** Changes if any of the files does: a page of another version must be loaded as a whole. */
export const ASSETS_VERSION = new Bun.CryptoHasher("sha256")
  .update(
    Object.values(ASSETS)
      .map(({ path }) => path)
      .join(),
  )
  .digest("hex")
  .slice(0, 12);

const BY_PATH = new Map<string, Asset>(Object.values(ASSETS).map((one) => [one.path, one]));
const HASH = /-[0-9a-f]{12}(?=\.[a-z]+$)/;
const BY_FILE = new Map<string, Asset>(Object.values(ASSETS).map((one) => [one.path.replace(HASH, ""), one]));

/** The asset, and whether its bytes are those that the path names; null if no version has one of that name. */
function find(path: string): { readonly asset: Asset; readonly isNamed: boolean } | null {
  const named = BY_PATH.get(path);
  if (named !== undefined) return { asset: named, isNamed: true };
  const ours = HASH.test(path) ? BY_FILE.get(path.replace(HASH, "")) : undefined;
  return ours === undefined ? null : { asset: ours, isNamed: false };
}

/**
 * GET /assets/*: no login. What a path names by its hash may be kept for ever. During an upgrade a page of one version
 * asks a replica of another for its parts, at an address that they share or where that replica was a moment ago. It
 * gets this replica's file of that name, to be kept by nobody: without its scripts it would be a page that does
 * nothing.
 */
export function assetRoutes(): Hono<WebEnv> {
  return new Hono<WebEnv>().get("/assets/:file", (c) => {
    const found = find(new URL(c.req.url).pathname);
    if (found === null) return c.notFound();
    const { asset, isNamed } = found;
    const gzip = (c.req.header("accept-encoding") ?? "").includes("gzip");
    c.header("Content-Type", asset.type);
    c.header("Cache-Control", isNamed ? "public, max-age=31536000, immutable" : "no-store");
    c.header("Vary", "Accept-Encoding");
    // A page of another replica loads these files into the browser's cache before it moves here. "same-site" would not
    // do: for Chromium two ports of one IP address are two sites.
    c.header("Cross-Origin-Resource-Policy", "cross-origin");
    if (!gzip) return c.body(asset.bytes);
    c.header("Content-Encoding", "gzip");
    asset.gzipped ??= Bun.gzipSync(asset.bytes, { level: 9 });
    return c.body(asset.gzipped);
  });
}
