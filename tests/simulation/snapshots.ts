/**
 * Snapshots of a simulated replica. They do what the real store and the real stream do: a copy of the leader's state at
 * some moment of the transfer arrives in pieces, late, or not at all if a side or the network between them fails.
 */
import type { StagedSnapshot } from "../../src/election/event.ts";
import type { Batch } from "../../src/election/frame.ts";
import { StorageFull, type SnapshotSource, type SnapshotStore } from "../../src/election/ports.ts";
import type { ReplicaId, Seq } from "../../src/election/view.ts";
import { StateFile, type DiskHolder, type SimLog, type SimStateMachine } from "./disk.ts";
import type { SimState } from "./state.ts";

/** Number of pieces of a copy, and the share of them that get lost. */
const PIECES = 3;
const LOST_SHARE = 0.025;

/** A copy of a replica's state, with the log rows of the snapshot. */
interface Copy {
  readonly header: Omit<StagedSnapshot, "ref">;
  readonly rows: readonly Batch[];
  readonly state: SimState;
}

/** A replica, as far as a copy of its state is concerned. */
interface Owner {
  readonly id: ReplicaId;
  readonly incarnation: number;
  readonly alive: boolean;
  readonly running: boolean;
  /** Null if it has no copy to give. */
  offer(commonSeq: Seq): Copy | null;
  readonly host: {
    replica(id: ReplicaId): Owner;
    readonly network: { isOpen(from: ReplicaId, to: ReplicaId): boolean };
  };
}

interface SimSource extends SnapshotSource {
  readonly copy: Copy;
}

/** See the top of this file. */
export class SimSnapshots implements SnapshotStore {
  readonly #replica: Owner;
  readonly #holder: DiskHolder;
  readonly #log: SimLog;

  constructor(replica: Owner, holder: DiskHolder, log: SimLog) {
    this.#replica = replica;
    this.#holder = holder;
    this.#log = log;
  }

  offer(): Promise<SnapshotSource> {
    return Promise.reject(new Error("peers ask for `copy` here"));
  }

  /** A copy of this replica's state for a joiner; null if the state does not cover `commonSeq`, or the disk is full. */
  copy(commonSeq: Seq, state: SimStateMachine): Copy | null {
    const { image } = this.#log;
    const { appliedSeq } = state.current;
    const view = image.lineage.at(-1);
    if (view === undefined || appliedSeq < commonSeq || this.#holder.isFull()) return null;
    state.flush();
    const logFirstSeq = Math.max(image.firstSeq, commonSeq + 1);
    const header = {
      ballot: view.no.ballot,
      lineage: image.lineage.filter(({ startSeq }) => startSeq <= appliedSeq),
      logFirstSeq: Math.min(logFirstSeq, appliedSeq + 1),
      appliedSeq,
      commonSeq,
    };
    const rows = logFirstSeq <= appliedSeq ? image.read(logFirstSeq, appliedSeq) : [];
    return { header, rows, state: state.current.clone(this.#holder.mutants.has("dedupe-missing-from-snapshot")) };
  }

  /** The transport's part: asks the leader for a copy, which takes the leader a while. */
  async fetch(from: ReplicaId, commonSeq: Seq): Promise<SnapshotSource> {
    const { process, random } = this.#holder;
    const source = this.#replica.host.replica(from);
    await process.sleep(random.between(1, 20));
    const { incarnation } = source;
    const isThere = (): boolean =>
      source.running && source.incarnation === incarnation && this.#replica.host.network.isOpen(this.#replica.id, from);
    if (!isThere()) throw new Error("nobody answers");
    await process.sleep(random.between(1, 200));
    const copy = isThere() ? source.offer(commonSeq) : null;
    if (copy === null) throw new Error("no copy");
    const made: SimSource = { copy, header: copy.header, chunks: this.#pieces(isThere) };
    return made;
  }

  async receive(source: SnapshotSource): Promise<StagedSnapshot> {
    const { disk, process, mutants } = this.#holder;
    const { copy } = source as SimSource;
    if (mutants.has("snapshot-switched-early")) return this.#receiveEarly(source as SimSource);
    for await (const _ of source.chunks) if (this.#holder.isFull()) throw new StorageFull("the snapshot");
    process.check();
    return this.#stage(disk.nextRef, copy, new StateFile(copy.state));
  }

  #stage(ref: number, copy: Copy, file: StateFile): StagedSnapshot {
    const { disk } = this.#holder;
    const free = Math.max(ref, disk.log.stateRef + 1);
    disk.nextRef = free + 1;
    disk.states.set(free, file);
    const snapshot: StagedSnapshot = { ...copy.header, ref: free };
    this.#log.stage(snapshot, copy.rows);
    return snapshot;
  }

  /**
   * Mutant: the switch does not wait for the copy, so the rest is missing if the process dies before it has arrived.
   */
  #receiveEarly({ copy }: SimSource): StagedSnapshot {
    const { queue, random, disk } = this.#holder;
    const { incarnation } = this.#replica;
    const file = new StateFile(copy.state);
    queue.after(random.between(1, 300), () => {
      if (this.#replica.incarnation !== incarnation || !this.#replica.alive) file.damage();
    });
    return this.#stage(disk.nextRef, copy, file);
  }

  async *#pieces(isThere: () => boolean): AsyncGenerator<Uint8Array> {
    const { process, random } = this.#holder;
    const totalMs = random.between(1, random.chance(0.2) ? 3000 : 300);
    for (let i = 0; i < PIECES; i++) {
      await process.sleep(totalMs / PIECES);
      if (!isThere() || random.chance(LOST_SHARE)) throw new Error("broken off");
      yield new Uint8Array(1);
    }
  }
}
