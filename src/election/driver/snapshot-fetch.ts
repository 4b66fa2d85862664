/**
 * Brings in the snapshot that a leader offered, one at a time. What fails is tried again later
 * each time: every attempt costs the other side a whole copy of its state.
 */
import type { Cancel, Scheduler } from "../../base/scheduler.ts";
import type { StagedSnapshot } from "../event.ts";
import { StorageFull, type Formats, type PeerTransport, type SnapshotSource, type SnapshotStore } from "../ports.ts";
import type { ReplicaId, Seq } from "../view.ts";

/** Before the core is told of a failure, and asks again. The first is mostly a leader that died. */
const FAILED_MS = [0, 1_000, 2_000, 4_000, 8_000, 15_000];

export interface SnapshotFetchDeps {
  readonly transport: PeerTransport;
  readonly snapshots: SnapshotStore;
  readonly formats: Formats;
  readonly scheduler: Scheduler;
  readonly fetched: (snapshot: StagedSnapshot) => void;
  readonly failed: () => void;
}

/** The only caller of SnapshotStore.receive. */
export class SnapshotFetch {
  readonly #deps: SnapshotFetchDeps;
  /** Names the newest fetch: what an older one comes to is of no interest. */
  #newest = 0;
  #failures = 0;
  #noRoom = false;
  #cancelRetry: Cancel | null = null;

  constructor(deps: SnapshotFetchDeps) {
    this.#deps = deps;
  }

  /** The newest attempt found no room on the disk. */
  get noRoom(): boolean {
    return this.#noRoom;
  }

  /** `fetched` or `failed` is called once it is over, unless a later one takes its place. */
  async start(from: ReplicaId, commonSeq: Seq): Promise<void> {
    const { transport, snapshots, fetched } = this.#deps;
    this.close();
    const no = this.#newest;
    // The end of a superseded fetch must neither end the newer one nor look like its end: the core
    // would ask for a third, which ends the second, and so on for as long as a copy takes.
    const isNewest = (): boolean => no === this.#newest;
    // A copy that could not be read here would be made for nothing.
    const may = this.#deps.formats.snapshotFrom(from);
    if (may !== "takes") return may === "waits" ? this.#fail(false) : undefined;
    try {
      const source = await transport.fetchSnapshot(from, commonSeq);
      if (!isNewest()) return await giveUp(source);
      const snapshot = await snapshots.receive(source);
      if (!isNewest()) return;
      this.#failures = 0;
      this.#noRoom = false;
      fetched(snapshot);
    } catch (error) {
      // The stream broke, or what came was not whole, or there is no room: nothing was switched.
      if (isNewest()) this.#fail(error instanceof StorageFull);
    }
  }

  /** Nothing is told any more of what is under way. */
  close(): void {
    this.#newest++;
    this.#cancelRetry?.();
    this.#cancelRetry = null;
  }

  #fail(noRoom: boolean): void {
    this.#noRoom = noRoom;
    const delayMs = FAILED_MS[Math.min(this.#failures++, FAILED_MS.length - 1)]!;
    if (delayMs === 0) return this.#deps.failed();
    this.#cancelRetry = this.#deps.scheduler.after(delayMs, () => this.#deps.failed());
  }
}

/** Lets go of a snapshot that is not wanted any more: leaving the loop ends its call. */
async function giveUp({ chunks }: SnapshotSource): Promise<void> {
  for await (const _ of chunks) break;
}
