/**
 * Whether the disk under a folder has room for more writes. The replica stops writing while SQLite
 * still has room for its own work (checkpoints, the journal, applying committed entries), so that
 * nothing fails half way. It resumes by itself once there is clearly more room.
 */
import { statfsSync } from "node:fs";

/** Kept free: this many bytes, or this share of a smaller disk. */
const RESERVE = { bytes: 64 * 1024 * 1024, share: 0.05 } as const;
/** Share of the reserve below which there is no room even for a commit that was put off. */
const EMPTY_SHARE = 0.25;
/** Writing resumes at this many times the reserve; without the gap a disk at the limit would alternate. */
const RELIEF = 1.25;
/** Time between two looks at the disk. At 10 MB/s, 2 MB are written in it: well within the reserve. */
const LOOK_MS = 200;

/** Size of a file system, in bytes. */
export interface Room {
  readonly free: number;
  readonly total: number;
}

/** The room that a user without privileges has under `folder`; null if the system does not say. */
export function roomOf(folder: string): Room | null {
  try {
    const { bavail, bsize, blocks } = statfsSync(folder);
    return { free: bavail * bsize, total: blocks * bsize };
  } catch {
    return null;
  }
}

function reserveOf(room: Room): number {
  return Math.min(RESERVE.bytes, room.total * RESERVE.share);
}

/** Watches the room under one folder. It asks the system at most every 200 ms. */
export class DiskRoom {
  readonly #look: () => Room | null;
  readonly #now: () => number;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #low = false;

  /** `look` and `now` (monotonic ms) are test seams. */
  constructor(folder: string, look: () => Room | null = () => roomOf(folder), now = () => performance.now()) {
    this.#look = look;
    this.#now = now;
  }

  /** True while there is too little room to write more. */
  get low(): boolean {
    const now = this.#now();
    if (now - this.#lookedAt < LOOK_MS) return this.#low;
    this.#lookedAt = now;
    const room = this.#look();
    if (room === null) return (this.#low = false);
    this.#low = room.free < reserveOf(room) * (this.#low ? RELIEF : 1);
    return this.#low;
  }

  /** True if hardly anything is left at this moment, because other programs used up the reserve as well. */
  get empty(): boolean {
    const room = this.#look();
    return room !== null && room.free < reserveOf(room) * EMPTY_SHARE;
  }

  /** True if writing `bytes` more bytes leaves the reserve untouched. */
  takes(bytes: number): boolean {
    const room = this.#look();
    return room === null || room.free - bytes >= reserveOf(room);
  }
}
