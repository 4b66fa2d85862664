import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  codeComplaints,
  cycleComplaints,
  exportComplaints,
  fileComplaints,
  filesNamed,
  importsOf,
  invariantComplaints,
  namedFileComplaints,
  FOLDERS,
  folderComplaints,
  sleepComplaints,
  tableComplaints,
  wordComplaints,
  type Source,
} from "./support/tidy-rules.ts";

const TOP = join(import.meta.dir, "..");

function pathsOf(pattern: string): string[] {
  return [...new Bun.Glob(pattern).scanSync({ cwd: TOP, dot: true, onlyFiles: true })].sort();
}

function read(pattern: string): Source[] {
  return pathsOf(pattern).map((path) => ({ path, text: readFileSync(join(TOP, path), "utf8") }));
}

const CODE = "**/*.{ts,tsx,js,jsx,mjs,cjs}";
const SOURCES = ["src", "proto", "harness", "bench"].flatMap((folder) => read(`${folder}/${CODE}`));
const TESTS = read(`tests/${CODE}`);
// Written in two parts, so that this file does not complain about itself.
const BANNED = ["/work/" + "shared", "fa" + "rm-"];

describe("tidy", () => {
  test("there is something to look at", () => {
    expect(SOURCES.length).toBeGreaterThan(10);
    expect(TESTS.length).toBeGreaterThan(5);
  });
  test("all scripts are TypeScript, so that every rule and type covers them", () => {
    expect(read("src/**/*.{js,jsx,mjs,cjs}").map(({ path }) => path)).toEqual([]);
  });
  test("no arrow of the table of folders points up or round", () => expect(tableComplaints(FOLDERS)).toEqual([]));
  test("folders import only what they may", () => expect(SOURCES.flatMap(folderComplaints)).toEqual([]));
  test("no cycles", () => expect(cycleComplaints([...SOURCES, ...TESTS])).toEqual([]));
  test("what is exported is used elsewhere", () => expect(exportComplaints(SOURCES, TESTS)).toEqual([]));
  test("names, barrels, lengths", () => expect([...SOURCES, ...TESTS].flatMap(fileComplaints)).toEqual([]));
  test("docstrings; no console, default export, async transaction, keyword private", () => {
    expect(SOURCES.flatMap(codeComplaints)).toEqual([]);
  });
  test("tests wait for conditions, not for time", () => {
    const outside = TESTS.filter((source) => !/^tests\/(support|simulation|browser\/browser-tab)/.test(source.path));
    expect(outside.flatMap(sleepComplaints)).toEqual([]);
  });
  test.skipIf(!existsSync(join(TOP, "ARCHITECTURE.md")))(
    "each invariant has a test, each test a known invariant",
    () => {
      const architecture = readFileSync(join(TOP, "ARCHITECTURE.md"), "utf8");
      const tests = TESTS.filter((source) => source.path !== "tests/tidy.test.ts");
      expect(invariantComplaints(architecture, tests)).toEqual([]);
    },
  );
  test("every file that a document names is there", () => {
    const paths = ["*", "{src,proto,harness,bench,tests,docs}/**/*"].flatMap(pathsOf);
    expect(read("{*,docs/*}.md").flatMap((document) => namedFileComplaints(document, paths))).toEqual([]);
  });
  test("the folders of ARCHITECTURE.md are in the order of the table", () => {
    const architecture = readFileSync(join(TOP, "ARCHITECTURE.md"), "utf8");
    const section = /^## Folders$.*?^## /ms.exec(architecture)?.[0] ?? "";
    const listed = [...section.matchAll(/^\| `([\w/.-]+?)\/?` \|/gm)].map((found) => found[1]!);
    const order = Object.keys(FOLDERS).map((folder) => (folder === "main" ? "src/replica.ts" : folder));
    expect(listed).toEqual(order.filter((folder) => listed.includes(folder)));
    // The parts of db/ have one line.
    expect(order.filter((folder) => !listed.includes(folder))).toEqual([
      "src/db/log",
      "src/db/state",
      "src/db/search",
      "src/db/snapshot",
    ]);
  });
  test("a stranger who follows one message opens at most 25 files", () => {
    const architecture = readFileSync(join(TOP, "ARCHITECTURE.md"), "utf8");
    const section = /^## Life of one message$.*?^## /ms.exec(architecture)?.[0] ?? "";
    const files = filesNamed(section).filter((name) => name.startsWith("src/"));
    expect(files.length).toBeGreaterThan(15);
    expect(files.length).toBeLessThanOrEqual(25);
  });
  test("nothing refers to what is not in the repository", () => {
    const texts = [
      "*",
      ".ci/*",
      "{proto,docs,bench,src,harness,tests}/**/*.{ts,tsx,proto,md,css,js,sql,txt,sh}",
    ].flatMap(read);
    expect(texts.length).toBeGreaterThan(10);
    expect(texts.flatMap((source) => wordComplaints(source, BANNED))).toEqual([]);
  });
});

describe("each rule sees what it is for", () => {
  const file = (path: string, text: string): Source => ({ path, text });
  test.each([
    ["src/chat/a.ts", 'import { x } from "../db/b.ts";'],
    ["src/chat/a.ts", 'import { x } from "../election/core/core.ts";'],
    ["src/chat/feed/a.ts", 'import { x } from "../service/chat.ts";'],
    ["src/lost/a.ts", "const a = 1;"],
    ["src/election/core/a.ts", "const a = Date.now();"],
    ["src/web/a.ts", 'import {\n  x,\n} from "@grpc/grpc-js";'],
    ["src/api/a.ts", 'export { x } from "../election/core.ts";'],
    ["src/cli/a.ts", 'const x = await import("bun:sqlite");'],
    ["src/election/core/core.ts", 'import { readFileSync } from "node:fs";'],
    ["src/election/core/core.ts", 'import { Driver } from "../driver/driver.ts";'],
    ["src/web/a.tsx", 'import type { x } from "../replica.ts";'],
    ["src/db/a.ts", 'import { x } from "../../tests/support/b.ts";'],
    ["src/election/driver/a.ts", "setTimeout(() => {}, 1);"],
    ["src/election/a.ts", 'import { x } from "../../proto/wire-writer.ts";'],
    ["src/chat/kinds/a.ts", "const a = Math.random();"],
    ["src/chat/kinds/a.ts", 'import { join } from "node:path";'],
    ["src/chat/a.ts", 'import protobuf from "protobufjs";'],
    ["src/replica/a.ts", 'import { x } from "../replica.ts";'],
    ["proto/a.ts", 'import { x } from "../src/base/assert.ts";'],
    ["proto/gen/a.ts", "const a = Date.now();"],
    ["harness/a.ts", 'import { x } from "../src/db/a.ts";'],
    ["harness/a.ts", 'import { x } from "../bench/a.ts";'],
    ["bench/wires/a.ts", 'import { x } from "../../tests/support/a.ts";'],
  ])("folders: %s: %s", (path, text) => expect(folderComplaints(file(path, text)).length).toBeGreaterThan(0));

  test("folders: what is allowed passes", () => {
    const text = 'import type { View } from "../election/ports.ts";\nimport { a } from "./b.ts";\nimport "node:fs";';
    expect(importsOf(file("src/chat/a.ts", text))).toHaveLength(3);
    expect(folderComplaints(file("src/chat/a.ts", text))).toEqual([]);
  });
  test("folders: a macro of a pure folder may read files, because it runs while the program is built", () => {
    expect(folderComplaints(file("src/chat/kinds/a.macro.ts", 'import { join } from "node:path";'))).toEqual([]);
  });
  test("the table: an arrow up, one round, one to nowhere", () => {
    const folders = { low: { values: ["high"] }, high: { values: ["low", "high"], types: ["lost"] } };
    expect(tableComplaints(folders)).toEqual(["low -> high", "high -> high", "high -> lost"]);
  });
  test("cycles", () => {
    const a = file("src/db/a.ts", 'import { b } from "./b.ts";');
    expect(cycleComplaints([a, file("src/db/b.ts", 'import { a } from "./a.ts";')])).toHaveLength(1);
    expect(cycleComplaints([a, file("src/db/b.ts", 'import type { a } from "./a.ts";')])).toHaveLength(1);
    expect(cycleComplaints([a, file("src/db/b.ts", 'import { c } from "./c.ts";')])).toEqual([]);
  });
  test("exports that nothing uses", () => {
    const a = file("src/db/a.ts", "/** One. */\nexport const one = 1;\nexport type Two = 2;\n");
    expect(exportComplaints([a], [file("tests/b.ts", "/* one */\n// one\n")])).toHaveLength(1);
    expect(exportComplaints([a], [file("tests/b.ts", 'import { one } from "../src/db/a.ts";')])).toEqual([]);
  });
  test.each([
    ["src/db/utils.ts", "const a = 1;"],
    ["src/helpers/a.ts", "const a = 1;"],
    ["src/db/badName.ts", "const a = 1;"],
    ["src/db/index.ts", '/** All. */\nexport * from "./a.ts";\nexport { b } from "./b.ts";\n'],
    ["src/db/long.ts", "a;\n".repeat(601)],
    ["bench/long.ts", "a;\n".repeat(601)],
    ["src/web/browser/old.js", "const a = 1;"],
  ])("files: %s", (path, text) => expect(fileComplaints(file(path, text))).toHaveLength(1));
  test.each([
    "console.log(1);",
    "export default 1;",
    "  private readonly a = 1;",
    "  protected b(): void {}",
    "db.transaction(async () => 1);",
    "export function f() {}",
  ])("code: %s", (text) => expect(codeComplaints(file("src/db/a.ts", `\n${text}\n`))).toHaveLength(1));
  test("code: a docstring before a remark to the linter counts", () => {
    const text = "/** Does. */\n// oxlint-disable-next-line some-rule\nexport async function f() {}\n";
    expect(codeComplaints(file("src/db/a.ts", text))).toEqual([]);
  });
  test("code: the opening comment describes the only class", () => {
    expect(codeComplaints(file("src/db/a.ts", "/** Does. */\nimport a;\nexport class A {}\n"))).toEqual([]);
    expect(
      codeComplaints(file("src/db/a.ts", "/** Does. */\nimport a;\nexport class A {}\nexport class B {}\n")),
    ).toHaveLength(2);
  });
  test("sleeps", () => {
    const naps = ["await Bun.sl" + "eep(5)", "new Promise((resolve) => setTime" + "out(resolve, 5))"];
    for (const nap of naps) expect(sleepComplaints(file("tests/a.test.ts", nap))).toHaveLength(1);
  });
  test("documents: a path, the end of one, and what is gone", () => {
    const document = file("a.md", "`src/db/a.ts` and `a.ts`, not `b.ts` or `tidy`");
    expect(namedFileComplaints(document, ["src/db/a.ts"])).toEqual(["a.md: there is no b.ts"]);
  });
  test("words", () => expect(wordComplaints(file("a", BANNED[0]!), BANNED)).toHaveLength(1));
  test("invariants", () => {
    const titles = file("tests/a.test.ts", 'test("a [I1]", f); test("b [I2, I9]", f);');
    expect(invariantComplaints("I1, I2 and I3", [titles])).toEqual([
      "I3 is in no test's title",
      "tests/a.test.ts: I9 is not in ARCHITECTURE.md",
    ]);
  });
});
