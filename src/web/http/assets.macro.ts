/**
 * Runs while the executable is built (and when tests load the page): the browser's script and
 * styles become strings inside the program. A macro must not call the bundler, so
 * the bundler is started as a process.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

function bundled(entry: string, more: readonly string[]): string {
  const file = join(import.meta.dir, "..", entry);
  const run = Bun.spawnSync([process.execPath, "build", file, "--minify", "--target=browser", ...more], {
    env: { ...process.env, BUN_BE_BUN: "1" },
  });
  if (!run.success) throw new Error(`cannot bundle ${entry}: ${run.stderr.toString()}`);
  return run.stdout.toString();
}

/** The page's script, one function, no modules to fetch. */
export function pageScript(): string {
  return bundled("browser/page.ts", ["--format=iife"]);
}

/** The script that reads the event stream, in a shared worker or in the page. */
export function streamScript(): string {
  return bundled("browser/stream.ts", ["--format=iife"]);
}

/** The script that answers for the replicas while none does (a service worker). */
export function shellWorkerScript(): string {
  return bundled("browser/shell-worker.ts", ["--format=iife"]);
}

/** A PNG of the folder icons, as base64. */
export function iconFile(name: string): string {
  return readFileSync(join(import.meta.dir, "../icons", `${name}.png`)).toString("base64");
}

/** All styles, in the order in which they build on each other. */
export function styleSheet(): string {
  const parts = ["tokens", "base", "layout", "messages", "markdown", "forms", "panel"];
  return parts.map((part) => readFileSync(join(import.meta.dir, "../styles", `${part}.css`), "utf8")).join("\n");
}

/** htmx as its package ships it. */
export function htmxScript(): string {
  return readFileSync(Bun.resolveSync("htmx.org/dist/htmx.min.js", import.meta.dir), "utf8");
}
