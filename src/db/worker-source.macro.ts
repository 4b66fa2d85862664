/**
 * Runs while the executable is built: the source of a worker as one string inside the program. A worker as a file of its
 * own would need a path for `bun build --compile` that differs from its path in the checkout. A worker may import
 * packages that Bun itself brings, and types.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** JavaScript of a TypeScript file; its path is given from src/db. */
export function workerSource(file: string): string {
  return new Bun.Transpiler({ loader: "ts", target: "bun" }).transformSync(
    readFileSync(join(import.meta.dir, file), "utf8"),
  );
}
