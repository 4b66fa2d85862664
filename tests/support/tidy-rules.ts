/**
 * The rules of the tree that no compiler checks, as functions from sources to complaints:
 * which folder may import which, which names are forbidden, what needs a docstring. For each
 * rule, tidy.test.ts has an example that breaks it, so that a rule without effect is noticed.
 */
import { posix } from "node:path";

/** A file; its path starts at the top of the checkout and has forward slashes. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** An import or re-export. */
export interface Import {
  readonly target: string;
  readonly typeOnly: boolean;
}

const IMPORTS =
  /^[ \t]*(?:import|export)\s+(type\s+)?(?:[^;"'()]*?\sfrom\s*)?"([^"\n]+)"|\bimport\(\s*"([^"\n]+)"\s*\)/gm;

/** All imports of a file. The targets of relative imports are paths from the top of the checkout. */
export function importsOf(source: Source): Import[] {
  return [...source.text.matchAll(IMPORTS)].map((found) => {
    const target = found[2] ?? found[3] ?? "";
    return {
      typeOnly: found[1] !== undefined,
      target: target.startsWith(".") ? posix.join(posix.dirname(source.path), target) : target,
    };
  });
}

/**
 * From which folders a folder may import: values from `values`, only types from `types`. A folder inside another folder
 * has a rule of its own, unless `PARTS` matches it.
 */
interface Folder {
  readonly values: readonly string[];
  readonly types?: readonly string[];
  /** A pure folder depends only on its arguments: it has no I/O, clock, timer or chance. */
  readonly pure?: true;
  /** The folder takes time and chance from the Scheduler only, so that the simulator can run it. */
  readonly scheduled?: true;
}

/** The folders that src/replica and the program compose. */
const ALL_OF_SRC = [
  "src/base",
  "src/host",
  "src/election",
  "src/election/core",
  "src/election/driver",
  "src/election/peers",
  "src/chat",
  "src/search",
  "src/chat/kinds",
  "src/chat/feed",
  "src/chat/service",
  "src/engine",
  "src/db",
  "src/db/log",
  "src/db/state",
  "src/db/search",
  "src/db/snapshot",
  "src/files",
  "src/ops",
  "src/push",
  "src/api",
  "src/web",
  "src/client",
  "src/cli",
  "src/chaos",
];

/** From the bottom up: a folder imports only folders above its own line. */
export const FOLDERS: Readonly<Record<string, Folder>> = {
  proto: { values: [], pure: true },
  "src/base": { values: [] },
  "src/host": { values: ["src/base"] },
  "src/election": { values: ["src/base"], types: ["proto"], pure: true },
  "src/election/core": { values: ["src/base", "src/election"], pure: true },
  "src/election/driver": { values: ["proto", "src/base", "src/election", "src/election/core"], scheduled: true },
  "src/election/peers": { values: ["proto", "src/base", "src/election"] },
  "src/chat": { values: ["src/base", "src/election"] },
  "src/search": { values: ["src/base", "src/election", "src/chat"], pure: true },
  "src/chat/kinds": { values: ["proto", "src/base", "src/election", "src/chat"], pure: true },
  "src/chat/feed": { values: ["src/base", "src/election", "src/chat"] },
  "src/chat/service": {
    values: ["src/base", "src/election", "src/chat", "src/search", "src/chat/kinds", "src/chat/feed"],
  },
  "src/engine": {
    values: ["src/base", "src/election", "src/election/core", "src/election/driver"],
    types: ["src/chat"],
  },
  "src/db": { values: ["src/base", "src/election"] },
  "src/db/log": { values: ["proto", "src/base", "src/election", "src/db"] },
  "src/db/state": { values: ["src/base", "src/election", "src/db", "src/chat", "src/chat/kinds"] },
  "src/db/search": { values: ["src/base", "src/election", "src/db", "src/chat", "src/search"] },
  "src/db/snapshot": { values: ["src/base", "src/election", "src/db", "src/db/log"] },
  "src/files": { values: ["src/base", "src/election", "src/db", "src/chat"] },
  "src/ops": { values: ["src/base", "src/host", "src/election"], types: ["src/election/core"] },
  "src/push": { values: ["src/base", "src/chat"] },
  "src/api": { values: ["proto", "src/chat"], types: ["src/ops"] },
  "src/web": { values: ["src/base", "src/chat", "src/search"], types: ["src/ops"] },
  "src/client": { values: ["proto", "src/base", "src/chat"] },
  "src/cli": { values: ["src/base", "src/host", "src/ops", "src/client"] },
  // It judges the replicas with no more knowledge than a person with a terminal and a client has.
  "src/chaos": { values: ["proto", "src/base", "src/host", "src/cli", "src/client"] },
  "src/replica": { values: ["proto", ...ALL_OF_SRC] },
  main: { values: [...ALL_OF_SRC, "src/replica"] },
  // It uses the executable from outside, like a client or an operator, but also reads view numbers and files.
  harness: { values: ["src/election", "src/chat", "src/host", "src/client"], types: ["src/ops"] },
  bench: {
    // The last three are for the bench that counts the bytes in a state.
    values: [
      "proto",
      "src/host",
      "src/chat",
      "src/client",
      "src/cli",
      "harness",
      "src/election",
      "src/chat/kinds",
      "src/db/state",
    ],
  },
};

/** Folders with the same rule for all their subfolders. These may import each other, but without cycles of files. */
const PARTS = /^(proto|src\/web|bench)(\/|$)/;

/** The folder whose rule holds for a file. */
export function folderOf(path: string): string {
  if (path === "src/replica.ts") return "main";
  const folder = posix.dirname(path);
  return PARTS.exec(folder)?.[1] ?? folder;
}

/** Files that run at build time and are not part of the program. */
const MACRO = /\.macro\.ts$/;

/** Packages that depend only on their arguments, and the bundler's own. */
const PURE_PACKAGES = /^(protobufjs(\/|$)|bun:bundle$)/;

/** Calls that are forbidden in a pure folder. */
const IMPURE_CALLS =
  /\b(Date\.now|new Date\(\)|performance\.|Math\.random|setTimeout|setInterval|setImmediate|queueMicrotask|crypto\.|process\.)/;

const PACKAGE_FOLDERS: readonly { readonly packages: RegExp; readonly folders: readonly string[] }[] = [
  {
    packages: /^(@grpc\/|grpc-health-check)/,
    folders: ["src/base", "src/election/peers", "src/api", "src/client", "src/ops", "src/replica", "bench"],
  },
  { packages: /^(hono|@hono|htmx\.org|markdown-it)(\/|$)/, folders: ["src/web"] },
  { packages: /^(drizzle-orm|node:sqlite)(\/|$)/, folders: ["src/db"] },
  { packages: /^bun:sqlite$/, folders: ["src/db", "harness", "bench"] },
  { packages: /^protobufjs(\/|$)/, folders: ["proto", "src/election/peers", "src/chat/kinds"] },
];

/** Complaints about imports of other folders, and about calls in pure folders. */
export function folderComplaints(source: Source): string[] {
  const name = folderOf(source.path);
  const folder = FOLDERS[name];
  if (folder === undefined) return [`${source.path}: ${name} is no folder of tidy-rules.ts`];
  const pure = folder.pure === true && !MACRO.test(source.path);
  const complaints = pure || folder.scheduled === true ? callComplaints(source, pure) : [];
  for (const found of importsOf(source)) {
    const complaint = importComplaint(found, name, pure);
    if (complaint !== null) complaints.push(`${source.path} imports ${found.target}: ${complaint}`);
  }
  return complaints;
}

function callComplaints({ path, text }: Source, pure: boolean): string[] {
  return text.split("\n").flatMap((line, index) => {
    const call = IMPURE_CALLS.exec(line.replace(/^\s*(\*|\/\/|\/\*).*/, ""))?.[0];
    return call === undefined
      ? []
      : [`${path}:${index + 1}: ${call}; ${folderOf(path)} ${pure ? "is pure" : "has a Scheduler for it"}`];
  });
}

function importComplaint({ target, typeOnly }: Import, name: string, pure: boolean): string | null {
  if (!/^(src|proto|harness|bench|tests)\//.test(target)) {
    const rule = PACKAGE_FOLDERS.find(({ packages }) => packages.test(target));
    const allowed =
      typeOnly || rule === undefined || rule.folders.some((folder) => name === folder || name.startsWith(`${folder}/`));
    if (!allowed) return `only ${rule.folders.join(", ")} may`;
    return pure && !typeOnly && !PURE_PACKAGES.test(target) ? `${name} is pure` : null;
  }
  if (pure && target === "src/base/faults.ts") return `${name} is pure`;
  const other = folderOf(target);
  const { values, types = [] } = FOLDERS[name]!;
  if (other === name || values.includes(other) || (typeOnly && types.includes(other))) return null;
  return `${name} may not${typeOnly ? "" : " (as a value)"}`;
}

/** Imports that the table allows although they do not point to a folder above. */
export function tableComplaints(folders: Readonly<Record<string, Folder>>): string[] {
  const order = Object.keys(folders);
  return Object.entries(folders).flatMap(([name, { values, types = [] }]) =>
    [...values, ...types]
      .filter((other) => !(order.indexOf(other) >= 0 && order.indexOf(other) < order.indexOf(name)))
      .map((other) => `${name} -> ${other}`),
  );
}

/** Complaints about chains of imports, of values or of types, that lead back to their first file. */
export function cycleComplaints(sources: readonly Source[]): string[] {
  const edges = new Map<string, string[]>();
  for (const source of sources) {
    edges.set(
      source.path,
      importsOf(source).map((found) => found.target),
    );
  }
  const complaints: string[] = [];
  const finished = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      complaints.push(`a cycle: ${[...trail.slice(trail.indexOf(path)), path].join(" -> ")}`);
      return;
    }
    if (finished.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    finished.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return complaints;
}

/** Files that `make proto` generates. They are named after messages. */
const GENERATED = /^proto\/gen\//;

const LINES_MAX = 600;

/** Complaints about names and sizes of files. */
export function fileComplaints(source: Source): string[] {
  const complaints: string[] = [];
  const name = posix.basename(source.path);
  if (/(^|[/-])(utils?|helpers?|common|misc)([-.]|\/)/.test(source.path))
    complaints.push(`${source.path}: says nothing by its name`);
  if (/\.[mc]?jsx?$/.test(name)) complaints.push(`${source.path}: not TypeScript`);
  if (/\.tsx?$/.test(name) && !GENERATED.test(source.path) && !/^[a-z0-9]+([-.][a-z0-9]+)*\.tsx?$/.test(name)) {
    complaints.push(`${source.path}: file names are kebab-case`);
  }
  const code = source.text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "").trim();
  const rest = code
    .replaceAll(/^\s*export\s+(type\s+)?(\*|\{[^}]*\})(\s+as\s+\w+)?\s+from\s+"[^"]+";?\s*$/gm, "")
    .trim();
  if (code !== "" && rest === "") complaints.push(`${source.path}: a barrel, import from the file itself`);
  if (!GENERATED.test(source.path)) {
    const lines = source.text.split("\n").length - 1;
    if (lines > LINES_MAX) complaints.push(`${source.path}: ${lines} lines, at most ${LINES_MAX}`);
  }
  return complaints;
}

/** Complaints about the code in a source file. */
export function codeComplaints(source: Source): string[] {
  const complaints: string[] = [];
  const lines = source.text.split("\n");
  for (const [index, line] of lines.entries()) {
    const at = `${source.path}:${index + 1}`;
    if (/\bconsole\.\w+\(/.test(line)) complaints.push(`${at}: console; use the logger or process.stdout`);
    if (/^\s+(private|protected)\s+(?!constructor\b)/.test(line))
      complaints.push(`${at}: a keyword that ends with the types; use #`);
    if (/^export default\b/.test(line)) complaints.push(`${at}: a default export`);
    if (/transaction\(\s*async\b/.test(line)) complaints.push(`${at}: an async transaction commits at its first await`);
    if (/^export (abstract |async )*(function|class)\b/.test(line) && !documented(lines, index)) {
      complaints.push(`${at}: exported without a docstring`);
    }
  }
  return complaints;
}

/**
 * True if a docstring ends on the line before; comments for the linter may be in between. If a
 * file has only one class, the file's opening comment documents it.
 */
function documented(lines: readonly string[], index: number): boolean {
  const classes = lines.filter((line) => /^export (abstract )?class\b/.test(line));
  if (classes.length === 1 && classes[0] === lines[index] && lines[0]!.startsWith("/**")) return true;
  let before = index - 1;
  while (before >= 0 && /^\s*\/\/ oxlint/.test(lines[before]!)) before -= 1;
  return before >= 0 && lines[before]!.trimEnd().endsWith("*/");
}

/** Complaints about waits for a time instead of a condition. */
export function sleepComplaints(source: Source): string[] {
  const pattern = /\bBun\.sleep(Sync)?\(|\bsetTimeout\(\s*(resolve|r|f|done|ok)\s*[,)]|await (sleep|delay|wait)\(\s*\d/;
  return source.text
    .split("\n")
    .flatMap((line, index) =>
      pattern.test(line) ? [`${source.path}:${index + 1}: sleeps; wait for a condition`] : [],
    );
}

/** Complaints about words that mean nothing to a reader of the repository. */
export function wordComplaints(source: Source, banned: readonly string[]): string[] {
  return banned.filter((word) => source.text.includes(word)).map((word) => `${source.path}: says "${word}"`);
}

/** Complaints about values that a file exports and that no other file names. */
export function exportComplaints(sources: readonly Source[], users: readonly Source[]): string[] {
  const filesWith = new Map<string, number>();
  for (const { text } of [...sources, ...users]) {
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
    for (const word of new Set(code.match(/\w+/g))) filesWith.set(word, (filesWith.get(word) ?? 0) + 1);
  }
  return sources.flatMap(({ path, text }) =>
    [...text.matchAll(/^export (?:abstract |async )*(?:function\*?|class|const|let) (\w+)/gm)]
      .filter(([, name]) => !GENERATED.test(path) && (filesWith.get(name!) ?? 0) < 2)
      .map(([, name]) => `${path}: ${name} is exported, and no other file uses it`),
  );
}

/** Complaints about invariants in ARCHITECTURE.md that no test title names, and the reverse. */
export function invariantComplaints(architecture: string, tests: readonly Source[]): string[] {
  const listed = new Set(architecture.match(/\bI\d+\b/g) ?? []);
  const named = new Map<string, string>();
  for (const { path, text } of tests) {
    for (const found of text.matchAll(/\[((?:I\d+)(?:,\s*I\d+)*)\]/g)) {
      for (const id of found[1]!.split(/,\s*/)) named.set(id, path);
    }
  }
  const untested = [...listed].filter((id) => !named.has(id)).map((id) => `${id} is in no test's title`);
  const unknown = [...named]
    .filter(([id]) => !listed.has(id))
    .map(([id, path]) => `${path}: ${id} is not in ARCHITECTURE.md`);
  return [...untested, ...unknown];
}

/** The files that a document names in backticks. */
export function filesNamed(document: string): string[] {
  const named = document.matchAll(/`([\w./-]+\.(?:tsx?|js|proto|sql|css|md|json))`/g);
  return [...new Set([...named].map((found) => found[1]!))];
}

/** Complaints about files that a document names, by their path or the end of it, and that do not exist. */
export function namedFileComplaints(document: Source, paths: readonly string[]): string[] {
  return filesNamed(document.text)
    .filter((name) => !paths.some((path) => path === name || path.endsWith(`/${name}`)))
    .map((name) => `${document.path}: there is no ${name}`);
}
