/** Builds what keeps files: the store on this disk, the exchange with the peers, and the keeper above both. */
import { DiskRoom } from "../db/disk-room.ts";
import type { DialFiles } from "../election/file-exchange.ts";
import type { ReplicaId, View } from "../election/view.ts";
import { FileExchange } from "../files/exchange.ts";
import { FileKeeper } from "../files/file-keeper.ts";
import { FileStore } from "../files/file-store.ts";
import { FileUpkeep } from "../files/file-upkeep.ts";
import type { ReplicaContext } from "./context.ts";
import type { ReplicaStorage } from "./storage.ts";

/** See the top of this file. */
export interface FileParts {
  readonly store: FileStore;
  readonly exchange: FileExchange;
  readonly keeper: FileKeeper;
  readonly upkeep: FileUpkeep;
}

/** Opens the files of a replica; nothing runs yet. Throws what the file system throws. */
export function openFiles(
  {
    context,
    folder,
    storage,
  }: { readonly context: ReplicaContext; readonly folder: string; readonly storage: ReplicaStorage },
  engine: {
    readonly view: () => View | null;
    readonly hears: (peer: ReplicaId) => boolean;
    readonly dial: DialFiles;
  },
): FileParts {
  const self = context.id;
  const others = context.settings.peers.map((peer) => peer.id).filter((peer) => peer !== self);
  const peers = (): readonly ReplicaId[] => others.filter((peer) => engine.hears(peer));
  const store = new FileStore(folder, new DiskRoom(folder));
  const exchange = new FileExchange(store, engine.dial);
  const nowMs = (): number => performance.now();
  const keeper = new FileKeeper({ self, store, exchange, view: engine.view, peers, nowMs });
  const upkeep = new FileUpkeep({
    store,
    exchange,
    rows: () => storage.state.queries.files,
    peers,
    logger: context.logger,
    nowMs,
  });
  return { store, exchange, keeper, upkeep };
}
