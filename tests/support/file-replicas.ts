/** The files of several replicas in one process: real stores in folders of their own, and calls that need no socket. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DiskRoom, type Room } from "../../src/db/disk-room.ts";
import type { FileAnswer, FileCall, FileQuestion } from "../../src/election/file-exchange.ts";
import type { ReplicaId, View } from "../../src/election/view.ts";
import { FileExchange } from "../../src/files/exchange.ts";
import { FileKeeper } from "../../src/files/file-keeper.ts";
import { FileStore } from "../../src/files/file-store.ts";

/** One replica. */
export interface FileReplica {
  readonly id: ReplicaId;
  readonly folder: string;
  readonly store: FileStore;
  readonly exchange: FileExchange;
  readonly keeper: FileKeeper;
  /** What its peers asked it. */
  readonly asked: FileQuestion[];
  /** It refuses calls, and how many it has refused. */
  dead: boolean;
  refused: number;
  /** Calls that peers have opened; those of an earlier run fail. */
  dialled: number;
  run: number;
  /** Its disk; test seam of DiskRoom. */
  room: Room;
  /** Gets its turn before each answer. */
  before: (question: FileQuestion) => Promise<void>;
}

let minor = 0;

/** A new view of these replicas. */
export function viewOf(ids: readonly number[]): View {
  return {
    no: { ballot: { counter: 1, replicaId: 0, nonce: "0" }, minor: minor++ },
    startSeq: 1,
    leader: ids[0] ?? 0,
    members: ids.map((replicaId) => ({ replicaId, storeId: `store-${replicaId}` })),
    forkRisk: null,
    consistency: "available",
    recovery: "any",
  } as View;
}

export class FileReplicas {
  readonly all: FileReplica[];
  view: View;
  /** How much time has passed that nobody waited for. */
  aheadMs = 0;
  readonly #base = mkdtempSync(join(tmpdir(), "files-"));

  constructor(count = 3) {
    this.view = viewOf(Array.from({ length: count }, (_, id) => id));
    this.all = Array.from({ length: count }, (_, id) => this.#open(id));
  }

  close(): void {
    rmSync(this.#base, { recursive: true, force: true });
  }

  #open(id: number): FileReplica {
    const folder = join(this.#base, String(id));
    const room = { free: 1e12, total: 2e12 };
    const store = new FileStore(folder, new DiskRoom(folder, () => replica.room));
    const exchange = new FileExchange(store, (peer) => this.#dial(id, peer));
    const keeper = new FileKeeper({
      self: id,
      store,
      exchange,
      view: () => this.view,
      peers: () => this.all.filter((one) => one.id !== id && !one.dead).map((one) => one.id),
      nowMs: () => performance.now() + this.aheadMs,
    });
    const replica: FileReplica = {
      id,
      folder,
      store,
      exchange,
      keeper,
      asked: [],
      dead: false,
      refused: 0,
      dialled: 0,
      run: 0,
      room,
      before: async () => {},
    };
    return replica;
  }

  async #dial(from: number, to: number): Promise<FileCall> {
    const peer = this.all[to]!;
    const { run } = peer;
    const check = (): void => {
      if (!peer.dead && !this.all[from]!.dead && peer.run === run) return;
      peer.refused += 1;
      throw new Error("dead");
    };
    check();
    peer.dialled += 1;
    return {
      ask: async (question): Promise<FileAnswer> => {
        const whole = { names: [], offset: 0, data: new Uint8Array(0), ...question };
        check();
        peer.asked.push(whole);
        await peer.before(whole);
        check();
        const answer = await peer.exchange.answer(from, { ...whole, data: whole.data.slice() });
        check();
        return answer;
      },
      close: () => undefined,
    };
  }
}

/** Bytes that no compression shrinks, the same for the same seed. */
export function someBytes(size: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = seed;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}
