/** The thread of the index: it alone opens search.db (search-index.ts asks it). */
import { renameSync, rmSync } from "node:fs";
import { SearchFile } from "./search-file.ts";
import { lookUp } from "./lookup.ts";
import type { SearchReply, SearchRequest } from "./search-requests.ts";
import { StateReader } from "./state-reader.ts";

/** Messages in one transaction: some 10 ms, for which a question waits. */
const TAKEN = 200;

let file: SearchFile | null = null;
let reader: StateReader | null = null;

function answer(request: SearchRequest): SearchReply {
  const began = performance.now();
  try {
    if (request.kind === "open") open(request);
    if (file === null) return { kind: "failed", code: "search.db is not open" };
    if (request.kind === "find") {
      const [from, state] = [file, readerOf(request.state)];
      const { ask } = request;
      return { kind: "looked", ...state.atOnce(() => lookUp(ask, from, state, () => performance.now())) };
    }
    const more = request.kind === "take" ? take(request, file) : false;
    if (request.kind === "goBack") goBack(request, file);
    return { kind: "reaches", spans: file.spans, more, ms: performance.now() - began };
  } catch (error) {
    return { kind: "failed", code: String((error as { code?: string }).code ?? (error as Error).message) };
  }
}

function open({ path, isDamaged }: SearchRequest & { kind: "open" }): void {
  file?.close();
  file = null;
  if (isDamaged) {
    rmSync(`${path}-wal`, { force: true });
    rmSync(`${path}-shm`, { force: true });
    renameSync(path, `${path}.damaged`);
  }
  file = new SearchFile(path);
}

/** The state in use. After a snapshot it is another file. */
function readerOf(path: string): StateReader {
  if (reader?.path !== path) {
    reader?.close();
    reader = null;
    reader = new StateReader(path);
  }
  return reader;
}

/** Returns whether there are more changes. */
function take({ state: path, view, to, changes }: SearchRequest & { kind: "take" }, index: SearchFile): boolean {
  const state = readerOf(path);
  const { at } = index;
  const news = state.atOnce(() => {
    const upTo = Math.min(to, state.applied());
    const rows = state.messages(at, upTo, TAKEN);
    return { rows, last: rows.length === TAKEN ? rows.at(-1)!.seq : upTo };
  });
  index.add(news.rows, view, news.last);
  if (!changes) return false;
  const changed = state.atOnce(() => state.changes(index.changes, index.at));
  index.change(changed.rows, changed.upTo);
  return !changed.isAll;
}

function goBack({ state: path, to }: SearchRequest & { kind: "goBack" }, index: SearchFile): void {
  if (to <= 0 || index.isFar(to)) return index.startOver();
  const state = readerOf(path);
  const seqs = index.changedAbove(to);
  index.goBack(
    to,
    state.atOnce(() => state.messagesAt(seqs)),
  );
}

declare const self: Worker;
self.addEventListener("message", (event: MessageEvent<SearchRequest>) => postMessage(answer(event.data)));
