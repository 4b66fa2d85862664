/**
 * Loads sources with a known bug: changes a line or two in a copy of one folder, so that the product needs no switch
 * for the bugs. A change whose line is no longer in the sources fails, so that the mutant must follow its code.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";

const SOURCES = resolve(import.meta.dir, "../../src");

/** Replaces `was`, which must occur exactly once in `file`, by `is`. */
export interface Change {
  readonly file: string;
  readonly was: string;
  readonly is: string;
  readonly also?: Change;
}

const loadedParts = new Map<string, Record<string, unknown>>();

/**
 * The exports of the file at `path` (below src/) if its folder has the bug in `mutants`, at most one; null if `mutants`
 * names none of `changes`.
 */
export function partsWith(
  mutants: ReadonlySet<string>,
  changes: Readonly<Record<string, Change>>,
  path: string,
): Record<string, unknown> | null {
  const mutant = Object.keys(changes).find((name) => mutants.has(name));
  if (mutant === undefined) return null;
  let parts = loadedParts.get(mutant);
  if (parts === undefined) loadedParts.set(mutant, (parts = load(mutant, changes[mutant]!, join(SOURCES, path))));
  return parts;
}

function load(mutant: string, change: Change, path: string): Record<string, unknown> {
  const sources = dirname(path);
  const folder = mkdtempSync(join(tmpdir(), "lastword-mutant-"));
  try {
    const texts = new Map<string, string>();
    for (const entry of readdirSync(sources, { withFileTypes: true })) {
      const text = entry.isDirectory() ? "" : readFileSync(join(sources, entry.name), "utf8");
      // A macro cannot be run while another file is being loaded, and packages are not found from there.
      const staysThere = /\.macro\.ts$|with \{ type: "macro" \}|from "(?!\.|node:|bun:)/.test(entry.name + text);
      if (!entry.isDirectory() && !staysThere) texts.set(entry.name, text);
    }
    for (const [file, original] of texts) {
      let text = original.replaceAll(/from "(\.[^"]+)"/g, (_, from: string) => {
        const target = resolve(sources, from);
        const isCopied = dirname(target) === sources && texts.has(basename(target));
        return `from "${isCopied ? `./${basename(target)}` : target}"`;
      });
      for (let one: Change | undefined = change; one !== undefined; one = one.also) {
        if (one.file === file) text = changed(text, one, mutant);
      }
      writeFileSync(join(folder, file), text);
    }
    // oxlint-disable-next-line typescript/no-require-imports -- at once, so that a run stays synchronous
    return require(join(folder, basename(path))) as Record<string, unknown>;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function changed(text: string, { was, is }: Change, mutant: string): string {
  const parts = text.split(was);
  if (parts.length !== 2)
    throw new Error(`${mutant}: ${JSON.stringify(was)} occurs ${parts.length - 1} times in the sources`);
  return parts.join(is);
}
