/** Snapshots that fail are tried again by whoever wanted them; here the operator learns that they failed, and where. */
import type { SnapshotSource, SnapshotStore } from "../election/ports.ts";
import type { Caught } from "../host/error-place.ts";

/** The store, with each failure of an offer or a receipt reported and passed on. */
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
