/**
 * A consistent copy of a database that is in use, made on another thread.
 *
 * VACUUM INTO of a million messages takes seconds; on the main thread it would silence this
 * replica. It reads one moment of the database while the main thread goes on writing.
 */
import { workerSource } from "../worker-source.macro.ts" with { type: "macro" };

/** What the worker is asked: a copy of the database at `from` in the new file `to`. */
export interface CopyRequest {
  readonly from: string;
  readonly to: string;
}

/** Copies the database at `from` into the new file `to`, which must not exist. Rejects with SQLite's code as message. */
export async function copyDatabase(from: string, to: string): Promise<void> {
  const url = URL.createObjectURL(new Blob([workerSource("snapshot/copy-worker.ts")], { type: "text/javascript" }));
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
