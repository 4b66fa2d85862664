/**
 * Build macro that puts the source of a worker into the program as a string. A worker in a file of its own would have
 * one path in the checkout and another in the output of `bun build --compile`. A worker may import types, and packages
 * that are part of Bun.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The JavaScript of a TypeScript file; `file` is its path from src/db. */
export function workerSource(file: string): string {
  return new Bun.Transpiler({ loader: "ts", target: "bun" }).transformSync(
    readFileSync(join(import.meta.dir, file), "utf8"),
  );
}
