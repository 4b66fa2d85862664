/**
 * The thread of copy-database.ts. It answers each request with null, or with SQLite's error code if the copy failed.
 */
import { Database } from "bun:sqlite";
import type { CopyRequest } from "./copy-database.ts";

function copy({ from, to }: CopyRequest): string | null {
  let db: Database | undefined;
  try {
    db = new Database(from, { readwrite: true });
    db.run("PRAGMA busy_timeout = 5000");
    db.run("VACUUM INTO ?", [to]);
    return null;
  } catch (error) {
    return String((error as { code?: string }).code ?? (error as Error).message);
  } finally {
    db?.close();
  }
}

declare const self: Worker;
self.addEventListener("message", (event: MessageEvent<CopyRequest>) => postMessage(copy(event.data)));
