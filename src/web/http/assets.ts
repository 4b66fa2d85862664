/** The files that the browser loads besides pages: in memory, compressed once, named by a hash of their content. */
import { feature } from "bun:bundle";
import { Hono } from "hono";
import {
  htmxScript,
  iconFile,
  pageScript,
  shellWorkerScript,
  streamScript,
  styleSheet,
} from "./assets.macro.ts" with { type: "macro" };
import { emojiFile } from "../messages/emoji-table.macro.ts" with { type: "macro" };
import type { WebEnv } from "./deps.ts";

/** The page that a browser shows by itself when no replica answers. */
export const NO_ANSWER_PATH = "/no-answer";
/** The path is the one thing of a service worker that must never change: its browser asks for it there. */
const SHELL_WORKER_PATH = "/shell.js";

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

function made(name: string, extension: string, type: string, content: string | Uint8Array<ArrayBuffer>): Asset {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const hash = new Bun.CryptoHasher("sha256").update(bytes).digest("hex").slice(0, 12);
  return { path: `/assets/${name}-${hash}.${extension}`, type, bytes, gzipped: null };
}

/** An icon in a format that systems take for installed pages. `base64`: the file. */
function picture(name: string, base64: string): Asset {
  return made(name, "png", "image/png", Uint8Array.fromBase64(base64));
}

/** The version that tests upgrade to has other scripts and styles than the one before it, as a real one would. */
const NEXT_MARK = feature("NEXT") ? "\n/* next */" : "";

const ICONS = {
  small: picture("icon-192", iconFile("icon-192")),
  large: picture("icon-512", iconFile("icon-512")),
  /** Fills its square, so that a system may cut it to any shape. */
  maskable: picture("maskable-512", iconFile("maskable-512")),
  /** For iOS, which reads no icons of a manifest. */
  touch: picture("touch-180", iconFile("touch-180")),
  /** One colour, for the bar of a phone. */
  badge: picture("badge-96", iconFile("badge-96")),
} as const;

/** What a system needs to install the page as an app. `id` stays as it is for ever: it names the app. */
const MANIFEST = JSON.stringify({
  id: "/",
  name: "Lastword",
  short_name: "Lastword",
  description: "The chat of your team",
  start_url: "/",
  scope: "/",
  display: "standalone",
  background_color: "#f5f3ee",
  theme_color: "#12594d",
  icons: [
    { src: ICONS.small.path, sizes: "192x192", type: "image/png", purpose: "any" },
    { src: ICONS.large.path, sizes: "512x512", type: "image/png", purpose: "any" },
    { src: ICONS.maskable.path, sizes: "512x512", type: "image/png", purpose: "maskable" },
  ],
});

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
  ...ICONS,
  manifest: made("app", "webmanifest", "application/manifest+json", MANIFEST),
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

/** What a browser keeps for the time in which no replica answers: see browser/shell-worker.ts. */
const SHELL = {
  version: ASSETS_VERSION,
  page: NO_ANSWER_PATH,
  parts: [ASSETS.style.path, ASSETS.htmx.path, ASSETS.page.path, ASSETS.icon.path],
  icon: ICONS.small.path,
  badge: ICONS.badge.path,
};

const SHELL_WORKER = new TextEncoder().encode(`self.lastwordShell=${JSON.stringify(SHELL)};\n${shellWorkerScript()}`);

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
 * GET /assets/* and the script of the shell: no login. What a path names by its hash may be kept for ever. During an upgrade a page of one version
 * asks a replica of another for its parts, at an address that they share or where that replica was a moment ago. It
 * gets this replica's file of that name, to be kept by nobody: without its scripts it would be a page that does
 * nothing.
 */
export function assetRoutes(): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  // A browser asks for it at each visit, and takes another one as soon as a byte of it differs.
  app.get(SHELL_WORKER_PATH, (c) => {
    c.header("Content-Type", "text/javascript; charset=utf-8");
    return c.body(SHELL_WORKER);
  });
  return app.get("/assets/:file", (c) => {
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
