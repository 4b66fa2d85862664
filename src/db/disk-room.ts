/**
 * Whether the disk under a folder has room to go on. Writing stops while SQLite can still do
 * what it must (checkpoints, its journal, applying what is committed), so that nothing fails
 * half way; it goes on by itself once there is clearly more.
 */
import { statfsSync } from "node:fs";

/** Kept free: this many bytes, or this share of a smaller disk. */
const RESERVE = { bytes: 64 * 1024 * 1024, share: 0.05 } as const;
/** Of the reserve; less is not enough for a commit that was put off. */
const EMPTY_SHARE = 0.25;
/** Room again at this many times the reserve: a disk at the edge would go back and forth. */
const RELIEF = 1.25;
/** Between two looks at the disk: at 10 MB/s some MB, well within the reserve. */
const LOOK_MS = 200;

/** Bytes of a file system. */
export interface Room {
  readonly free: number;
  readonly total: number;
}

/** What a user without privileges may still write under `folder`; null where the system does not say. */
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

/** Looks now and then. */
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

  /** There is too little to write on. */
  get low(): boolean {
    const now = this.#now();
    if (now - this.#lookedAt < LOOK_MS) return this.#low;
    this.#lookedAt = now;
    const room = this.#look();
    if (room === null) return (this.#low = false);
    this.#low = room.free < reserveOf(room) * (this.#low ? RELIEF : 1);
    return this.#low;
  }

  /** Now, there is hardly anything left: others used up the reserve too. */
  get empty(): boolean {
    const room = this.#look();
    return room !== null && room.free < reserveOf(room) * EMPTY_SHARE;
  }

  /** True if `bytes` more leave the reserve untouched. */
  takes(bytes: number): boolean {
    const room = this.#look();
    return room === null || room.free - bytes >= reserveOf(room);
  }
}
