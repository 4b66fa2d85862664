/**
 * A consistent copy of a database that is in use, made on another thread.
 *
 * VACUUM INTO of a million messages takes seconds; on the main thread it would silence this
 * replica. It reads one moment of the database while the main thread goes on writing. The
 * worker's source is a text, because a file of its own would have to be named again, by a path
 * that differs, to `bun build --compile`.
 */

const WORKER_SOURCE = `
import { Database } from "bun:sqlite";
self.onmessage = ({ data }) => {
  let db;
  try {
    db = new Database(data.from, { readwrite: true });
    db.run("PRAGMA busy_timeout = 5000");
    db.run("VACUUM INTO ?", [data.to]);
    db.close();
    postMessage(null);
  } catch (error) {
    db?.close();
    postMessage(String(error.code ?? error.message));
  }
};
`;

/** Copies the database at `from` into the new file `to`, which must not exist. Rejects with SQLite's code as message. */
export async function copyDatabase(from: string, to: string): Promise<void> {
  const url = URL.createObjectURL(new Blob([WORKER_SOURCE], { type: "text/javascript" }));
  const worker = new Worker(url);
  try {
    const failure = await new Promise<string | null>((resolve, reject) => {
      worker.onmessage = (event: MessageEvent<string | null>) => resolve(event.data);
      worker.onerror = (event) => reject(new Error(event.message));
      // Should the thread end without a word; after an answer this changes nothing.
      worker.addEventListener("close", () => reject(new Error("the copying thread ended")));
      worker.postMessage({ from, to });
    });
    if (failure !== null) throw new Error(failure);
  } finally {
    worker.terminate();
    URL.revokeObjectURL(url);
  }
}
