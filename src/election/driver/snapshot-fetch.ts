/**
 * Fetches the snapshot that a leader offered, one at a time. After each failure it waits longer
 * before the next attempt, because every attempt costs the leader a whole copy of its state.
 */
import type { Cancel, Scheduler } from "../../base/scheduler.ts";
import type { StagedSnapshot } from "../event.ts";
import { StorageFull, type Formats, type PeerTransport, type SnapshotSource, type SnapshotStore } from "../ports.ts";
import type { ReplicaId, Seq } from "../view.ts";

/** How long a failure is kept from the core, which then asks again. The first is usually a leader that died. */
const FAILED_MS = [0, 1_000, 2_000, 4_000, 8_000, 15_000];

/** What {@link SnapshotFetch} needs. */
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
  /** Number of the newest fetch. The results of older ones are ignored. */
  #newest = 0;
  #failures = 0;
  #noRoom = false;
  #cancelRetry: Cancel | null = null;

  constructor(deps: SnapshotFetchDeps) {
    this.#deps = deps;
  }

  /** True if the newest attempt found no room on the disk. */
  get noRoom(): boolean {
    return this.#noRoom;
  }

  /** Starts a fetch. At its end it calls `fetched` or `failed`, unless a later fetch has replaced it. */
  async start(from: ReplicaId, commonSeq: Seq): Promise<void> {
    const { transport, snapshots, fetched } = this.#deps;
    this.close();
    const no = this.#newest;
    // The end of a superseded fetch must neither end the newer one nor look like its end. Otherwise the
    // core would ask for a third, which ends the second, and so on for as long as a copy takes.
    const isNewest = (): boolean => no === this.#newest;
    // Do not make the leader copy a state that this replica could not read.
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
      // The stream broke, the snapshot was not whole, or there is no room. Nothing was switched in.
      if (isNewest()) this.#fail(error instanceof StorageFull);
    }
  }

  /** Stops reporting the fetch that is under way. */
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

/** Releases a snapshot that is no longer needed: leaving the loop ends its call. */
async function giveUp({ chunks }: SnapshotSource): Promise<void> {
  for await (const _ of chunks) break;
}
