/**
 * Makes a consistent copy of a database that is in use, on another thread.
 *
 * VACUUM INTO takes seconds for a million messages; on the main thread it would silence this
 * replica. It copies one moment of the database while the main thread continues to write.
 */
import { workerSource } from "../worker-source.macro.ts" with { type: "macro" };

/** The request to the worker: copy the database at `from` into the new file `to`. */
export interface CopyRequest {
  readonly from: string;
  readonly to: string;
}

/**
 * Copies the database at `from` into the new file `to`, which must not exist. Rejects with SQLite's code as the
 * message.
 */
export async function copyDatabase(from: string, to: string): Promise<void> {
  const url = URL.createObjectURL(new Blob([workerSource("snapshot/copy-worker.ts")], { type: "text/javascript" }));
  const worker = new Worker(url);
  try {
    const failure = await new Promise<string | null>((resolve, reject) => {
      worker.onmessage = (event: MessageEvent<string | null>) => resolve(event.data);
      worker.onerror = (event) => reject(new Error(event.message));
      // In case the thread ends without an answer. After an answer this has no effect.
      worker.addEventListener("close", () => reject(new Error("the copying thread ended")));
      worker.postMessage({ from, to });
    });
    if (failure !== null) throw new Error(failure);
  } finally {
    worker.terminate();
    URL.revokeObjectURL(url);
  }
}
