/** The types in proto/gen/ are those of the .proto files. */
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const TOP = join(import.meta.dir, "../../..");
const FRESH = mkdtempSync(join(tmpdir(), "lastword-types-"));

afterAll(() => rmSync(FRESH, { recursive: true }));

function filesIn(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts"));
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path), "utf8")]));
}

test("`make proto` would change nothing", () => {
  const made = Bun.spawnSync(["make", "--no-print-directory", "proto", `PROTO_TYPES=${join(FRESH, "gen")}`], {
    cwd: TOP,
    stdout: "pipe",
    stderr: "pipe",
  });
  expect({ exitCode: made.exitCode, stderr: made.exitCode === 0 ? "" : made.stderr.toString() }).toEqual({
    exitCode: 0,
    stderr: "",
  });
  const fresh = filesIn(join(FRESH, "gen"));
  expect(Object.keys(fresh).length).toBeGreaterThan(90);
  expect(filesIn(join(TOP, "proto/gen"))).toEqual(fresh);
});
