/**
 * Named situations of the protocol, each a script with its recorded output. To accept a changed
 * course of events, run `UPDATE=1 bun test tests/scenarios` and review the diff.
 */
import { expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runScript } from "../simulation/script.ts";

const update = process.env["UPDATE"] === "1";

for (const file of readdirSync(import.meta.dir).filter((f) => f.endsWith(".txt"))) {
  test(`scenario ${file.replace(".txt", "")}`, () => {
    const path = join(import.meta.dir, file);
    const recorded = readFileSync(path, "utf8");
    const { output, violation } = runScript(recorded);
    expect(violation?.message ?? null).toBeNull();
    if (update) writeFileSync(path, output);
    else expect(output).toBe(recorded);
  });
}
