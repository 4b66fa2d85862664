/**
 * A failed snapshot is requested again by the replica that needs it. This wrapper also reports the failure, so that the
 * operator learns where snapshots fail.
 */
import type { SnapshotSource, SnapshotStore } from "../election/ports.ts";
import type { Caught } from "../host/error-place.ts";

/** The same store, which reports each failure of an offer or a receive to `caught` and passes it on. */
export function loggedSnapshots(store: SnapshotStore, caught: (where: Caught, error: unknown) => void): SnapshotStore {
  async function reported<T>(where: Caught, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      caught(where, error);
      throw error;
    }
  }
  async function* chunks(source: SnapshotSource): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* source.chunks;
    } catch (error) {
      caught("snapshot_offer", error);
      throw error;
    }
  }
  return {
    offer: async (commonSeq) => {
      const source = await reported("snapshot_offer", store.offer(commonSeq));
      return { header: source.header, chunks: chunks(source) };
    },
    receive: (source) => reported("snapshot_receive", store.receive(source)),
  };
}
