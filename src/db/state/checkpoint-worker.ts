/** The thread of checkpointer.ts. It answers each request with null, or with SQLite's error code if it failed. */
import { Database } from "bun:sqlite";
import type { CheckpointRequest } from "./checkpointer.ts";

function checkpoint({ path, pragmas, passes, truncate }: CheckpointRequest): string | null {
  let db: Database | undefined;
  try {
    db = new Database(path, { readwrite: true });
    for (const pragma of pragmas) db.run(pragma);
    const pass = db.query<{ log: number }, []>("PRAGMA wal_checkpoint(PASSIVE)");
    let end = 0;
    for (let i = 0; i < passes; i++) {
      const { log } = pass.get()!;
      // The WAL is shorter than before: a commit found all of it copied and started it from the beginning.
      if (log < end) break;
      end = log;
    }
    // Does nothing while a commit is under way; the checkpointer tries again.
    if (truncate) db.run("PRAGMA wal_checkpoint(TRUNCATE)");
    return null;
  } catch (error) {
    return String((error as { code?: string }).code ?? (error as Error).message);
  } finally {
    db?.close();
  }
}

declare const self: Worker;
self.addEventListener("message", (event: MessageEvent<CheckpointRequest>) => postMessage(checkpoint(event.data)));
