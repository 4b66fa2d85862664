/**
 * The rules of the tree that no compiler keeps, as functions from sources to complaints:
 * who may import whom, what may not be named so, what must carry a docstring. Each is
 * given a broken example in tidy.test.ts, so that a rule that sees nothing is noticed.
 */
import { posix } from "node:path";

/** One file: path from the top of the checkout, with forward slashes. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** One import or re-export. */
export interface Import {
  readonly target: string;
  readonly typeOnly: boolean;
}

const IMPORTS =
  /^[ \t]*(?:import|export)\s+(type\s+)?(?:[^;"'()]*?\sfrom\s*)?"([^"\n]+)"|\bimport\(\s*"([^"\n]+)"\s*\)/gm;

/** All imports of a file; the targets of relative ones are paths from the top. */
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
 * The rooms of src/, each with the rooms that it may import; `types` are rooms of which it may import types only.
 * A room in a folder of another is a room of its own. The main and replica/ compose the others and may import all.
 */
interface Room {
  readonly values: readonly string[];
  readonly types?: readonly string[];
  /** Pure rooms are functions of their events: no I/O, clock, timer or chance. */
  readonly pure?: true;
  /** Time and chance come through the Scheduler port only, so that the simulator can run the room. */
  readonly scheduled?: true;
}

const ROOMS: Record<string, Room> = {
  base: { values: [] },
  host: { values: ["base"] },
  election: { values: ["base"] },
  "election/core": { values: ["base", "election"], pure: true },
  "election/driver": { values: ["base", "election", "election/core"], scheduled: true },
  engine: { values: ["base", "election", "election/core", "election/driver"], types: ["chat", "chat/kinds"] },
  "election/peers": { values: ["base", "election"] },
  chat: { values: ["base", "election"], types: ["chat/kinds"] },
  "chat/kinds": { values: ["base", "election", "chat"] },
  "chat/feed": { values: ["base", "election", "chat"], types: ["chat/kinds"] },
  "chat/service": { values: ["base", "election", "chat", "chat/kinds", "chat/feed"] },
  db: { values: ["base", "election"] },
  "db/log": { values: ["base", "election", "db"] },
  "db/state": { values: ["base", "election", "db", "chat", "chat/kinds"] },
  "db/snapshot": { values: ["base", "election", "db", "db/log"] },
  ops: { values: ["base", "host", "election"], types: ["election/core"] },
  api: { values: ["chat"], types: ["ops"] },
  web: { values: ["base", "chat"], types: ["ops"] },
  client: { values: ["base", "chat"] },
  cli: { values: ["base", "host", "ops", "client"] },
  // It judges the replicas knowing no more than a person with a terminal and a client.
  chaos: { values: ["base", "host", "cli", "client"] },
};

/** The rooms inside web/ are parts of one page and import each other; no cycle of values is allowed among them. */
const PARTS_OF_WEB = /^web\//;

/** The room of a file: the folder below src/, or "main" for src/replica.ts. */
function roomOf(path: string): string {
  const folder = /^src\/(.+)\/[^/]+$/.exec(path)?.[1];
  if (folder === undefined) return "main";
  if (PARTS_OF_WEB.test(folder)) return "web";
  return folder;
}

/** What a pure room may import from outside src/: functions of bytes alone. */
const PURE_PROTO = /^proto\/op-checksum\.ts$/;

/** What a pure room must not call. */
const IMPURE_CALLS =
  /\b(Date\.now|new Date\(\)|performance\.|Math\.random|setTimeout|setInterval|setImmediate|queueMicrotask|crypto\.|process\.)/;

const PACKAGE_ROOMS: readonly { readonly packages: RegExp; readonly rooms: readonly string[] }[] = [
  { packages: /^(@grpc\/|grpc-health-check)/, rooms: ["election/peers", "api", "client", "ops", "replica"] },
  { packages: /^(hono|@hono|htmx\.org)(\/|$)/, rooms: ["web"] },
  { packages: /^(drizzle-orm|bun:sqlite|node:sqlite)(\/|$)/, rooms: ["db"] },
];

/** Complaints about who imports whom, and about what a pure room calls. */
export function roomComplaints(source: Source): string[] {
  const name = roomOf(source.path);
  const room = ROOMS[name];
  const composes = name === "main" || name === "replica";
  if (room === undefined && !composes) return [`${source.path}: ${name} is no room of tidy-rules.ts`];
  const pure = room?.pure === true;
  const complaints: string[] = [];
  if (pure || room?.scheduled === true) {
    for (const [index, line] of source.text.split("\n").entries()) {
      const call = IMPURE_CALLS.exec(line.replace(/^\s*(\*|\/\/|\/\*).*/, ""))?.[0];
      if (call !== undefined)
        complaints.push(`${source.path}:${index + 1}: ${call}; ${name} ${pure ? "is pure" : "has a Scheduler for it"}`);
    }
  }
  for (const { target, typeOnly } of importsOf(source)) {
    const complaint = `${source.path} imports ${target}`;
    if (!target.startsWith("src/")) {
      const rule = PACKAGE_ROOMS.find(({ packages }) => packages.test(target));
      if (rule !== undefined && !rule.rooms.some((allowed) => name === allowed || name.startsWith(`${allowed}/`)))
        complaints.push(`${complaint}: only ${rule.rooms.join(", ")} may`);
      if (pure && !PURE_PROTO.test(target)) complaints.push(`${complaint}: ${name} is pure`);
      if (/^(tests|harness|bench)\//.test(target)) complaints.push(`${complaint}: sources do not import tests`);
      continue;
    }
    if (target === "src/replica.ts") complaints.push(`${complaint}: nothing imports the main`);
    if (pure && target === "src/base/faults.ts") complaints.push(`${complaint}: ${name} is pure`);
    const other = roomOf(target);
    if (composes || other === name) continue;
    const allowed = room!.values.includes(other) || (typeOnly && room!.types?.includes(other) === true);
    if (!allowed) complaints.push(`${complaint}: ${name} may not${typeOnly ? "" : " (as a value)"}`);
  }
  return complaints;
}

/** Chains of value imports that come back to where they started. */
export function cycleComplaints(sources: readonly Source[]): string[] {
  const edges = new Map<string, string[]>();
  for (const source of sources) {
    const targets = importsOf(source).filter((found) => !found.typeOnly);
    edges.set(
      source.path,
      targets.map((found) => found.target),
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

/** Complaints about names and sizes of files. */
export function fileComplaints(source: Source): string[] {
  const complaints: string[] = [];
  const name = posix.basename(source.path);
  if (/(^|[/-])(utils?|helpers?|common|misc)([-.]|\/)/.test(source.path))
    complaints.push(`${source.path}: says nothing by its name`);
  if (/\.tsx?$/.test(name) && !/^[a-z0-9]+([-.][a-z0-9]+)*\.tsx?$/.test(name)) {
    complaints.push(`${source.path}: file names are kebab-case`);
  }
  const code = source.text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "").trim();
  const rest = code
    .replaceAll(/^\s*export\s+(type\s+)?(\*|\{[^}]*\})(\s+as\s+\w+)?\s+from\s+"[^"]+";?\s*$/gm, "")
    .trim();
  if (code !== "" && rest === "") complaints.push(`${source.path}: a barrel, import from the file itself`);
  if (source.path.startsWith("src/") && /\.tsx?$/.test(name)) {
    const lines = source.text.split("\n").length - 1;
    const bound = source.path === "src/election/core/core.ts" ? 800 : 600;
    if (lines > bound) complaints.push(`${source.path}: ${lines} lines, at most ${bound}`);
  }
  return complaints;
}

/** Complaints about what is written in a source file. */
export function codeComplaints(source: Source): string[] {
  const complaints: string[] = [];
  const lines = source.text.split("\n");
  for (const [index, line] of lines.entries()) {
    const at = `${source.path}:${index + 1}`;
    if (/\bconsole\.\w+\(/.test(line)) complaints.push(`${at}: console; use the logger or process.stdout`);
    if (/^export default\b/.test(line)) complaints.push(`${at}: a default export`);
    if (/transaction\(\s*async\b/.test(line)) complaints.push(`${at}: an async transaction commits at its first await`);
    if (/^export (abstract |async )*(function|class)\b/.test(line) && !documented(lines, index)) {
      complaints.push(`${at}: exported without a docstring`);
    }
  }
  return complaints;
}

/**
 * True if a docstring ends on the line before; remarks to the linter may stand between. The
 * only class of a file is described by the file's opening comment.
 */
function documented(lines: readonly string[], index: number): boolean {
  const classes = lines.filter((line) => /^export (abstract )?class\b/.test(line));
  if (classes.length === 1 && classes[0] === lines[index] && lines[0]!.startsWith("/**")) return true;
  let before = index - 1;
  while (before >= 0 && /^\s*\/\/ oxlint/.test(lines[before]!)) before -= 1;
  return before >= 0 && lines[before]!.trimEnd().endsWith("*/");
}

/** Complaints about waiting for time instead of for a condition. */
export function sleepComplaints(source: Source): string[] {
  const pattern = /\bBun\.sleep(Sync)?\(|\bsetTimeout\(\s*(resolve|r|f|done|ok)\s*[,)]|await (sleep|delay|wait)\(\s*\d/;
  return source.text
    .split("\n")
    .flatMap((line, index) =>
      pattern.test(line) ? [`${source.path}:${index + 1}: sleeps; wait for a condition`] : [],
    );
}

/** Complaints about words that belong to nobody who reads the repository. */
export function wordComplaints(source: Source, banned: readonly string[]): string[] {
  return banned.filter((word) => source.text.includes(word)).map((word) => `${source.path}: says "${word}"`);
}

/** Compares the invariants that are listed with those that test titles name. */
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
