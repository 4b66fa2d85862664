/** Faults of disks: flipped bytes, no room, no right to write. Use them only on the test's own folders. */
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statfsSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Flips a byte of every occurrence of `text` in the files of `folder` whose names match. Returns how many. */
export function flipBytesOf(text: string, folder: string, names: RegExp): number {
  let flipped = 0;
  for (const name of readdirSync(folder).filter((one) => names.test(one))) {
    const path = join(folder, name);
    const bytes = readFileSync(path);
    const file = openSync(path, "r+");
    for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) {
      writeSync(file, Uint8Array.of(bytes[at]! ^ 1), 0, 1, at);
      flipped++;
    }
    closeSync(file);
  }
  return flipped;
}

/** Overwrites the bytes [from, to) of a file with garbage. */
export function scribble(path: string, from: number, to: number): void {
  const file = openSync(path, "r+");
  const garbage = new Uint8Array(to - from).fill(0xa5);
  writeSync(file, garbage, 0, garbage.length, from);
  closeSync(file);
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

function run(words: readonly string[]): boolean {
  return Bun.spawnSync([...words], { stdout: "ignore", stderr: "ignore" }).exitCode === 0;
}

/** A small file system in memory, or a read-only view of a folder. */
export class SmallDisk {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** True if this user may mount. Tests ask first, so that skipped ones are counted as skipped. */
  static possible(): boolean {
    if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
    const folder = mkdtempSync(join(tmpdir(), "lastword-mount-"));
    const mounted = run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]);
    if (mounted) run(["umount", folder]);
    rmdirSync(folder);
    return mounted;
  }

  /** Mounts a file system of this size at `folder`. */
  static mount(folder: string, megabytes: number): SmallDisk {
    mkdirSync(folder, { recursive: true });
    if (!run(["mount", "-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder])) throw new Error("mount failed");
    return new SmallDisk(folder);
  }

  /** Mounts the folder `of` read-only at `folder`. */
  static readOnly(of: string, folder: string): SmallDisk {
    mkdirSync(folder, { recursive: true });
    if (!run(["mount", "--bind", of, folder])) throw new Error("mount failed");
    const disk = new SmallDisk(folder);
    if (run(["mount", "-o", "remount,bind,ro", folder])) return disk;
    disk[Symbol.dispose]();
    throw new Error("remount failed");
  }

  /** Fills the disk until about `leaveBytes` are free. Returns the path of the file that does so. */
  fill(leaveBytes = 0): string {
    const path = join(this.folder, "filler");
    const block = Buffer.alloc(64 * 1024, 1);
    const file = openSync(path, "a");
    try {
      while (freeBytes(this.folder) > leaveBytes) writeSync(file, block);
    } catch {
      // The disk is full, as intended.
    } finally {
      closeSync(file);
    }
    return path;
  }

  [Symbol.dispose](): void {
    if (existsSync(this.folder)) run(["umount", "-l", this.folder]);
  }
}
