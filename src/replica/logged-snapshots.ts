/** Snapshots that fail are tried again by whoever wanted them; here the operator learns that they failed, and where. */
import type { StagedSnapshot } from "../election/event.ts";
import type { SnapshotSource, SnapshotStore } from "../election/ports.ts";
import type { Caught } from "../host/error-place.ts";

/** The store, with each failure of an offer or a receipt reported and passed on. */
export function loggedSnapshots(store: SnapshotStore, caught: (where: Caught, error: unknown) => void): SnapshotStore {
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
      try {
        const source = await store.offer(commonSeq);
        return { header: source.header, chunks: chunks(source) };
      } catch (error) {
        caught("snapshot_offer", error);
        throw error;
      }
    },
    receive: async (source): Promise<StagedSnapshot> => {
      try {
        return await store.receive(source);
      } catch (error) {
        caught("snapshot_receive", error);
        throw error;
      }
    },
  };
}
