/** What disks do to files: flipped bytes, no room, no right to write. Only to folders of the test's own. */
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

/** Flips one byte at each place where `text` stands in the files of `folder` whose names match; how many. */
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

/** Overwrites bytes [from, to) of a file with nonsense. */
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

/** A file system in memory with a size of its own, or a view of a folder that cannot be written to. */
export class SmallDisk {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** True if this user may mount: tests ask first, so that what they skip is counted. */
  static possible(): boolean {
    if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
    const folder = mkdtempSync(join(tmpdir(), "lastword-mount-"));
    const mounted = run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]);
    if (mounted) run(["umount", folder]);
    rmdirSync(folder);
    return mounted;
  }

  static mount(folder: string, megabytes: number): SmallDisk {
    mkdirSync(folder, { recursive: true });
    if (!run(["mount", "-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder])) throw new Error("mount failed");
    return new SmallDisk(folder);
  }

  /** Shows `of` at `folder`, where nothing can be written. */
  static readOnly(of: string, folder: string): SmallDisk {
    mkdirSync(folder, { recursive: true });
    if (!run(["mount", "--bind", of, folder])) throw new Error("mount failed");
    const disk = new SmallDisk(folder);
    if (run(["mount", "-o", "remount,bind,ro", folder])) return disk;
    disk[Symbol.dispose]();
    throw new Error("remount failed");
  }

  /** Leaves about so many bytes; the file that takes the others. */
  fill(leaveBytes = 0): string {
    const path = join(this.folder, "filler");
    const block = Buffer.alloc(64 * 1024, 1);
    const file = openSync(path, "a");
    try {
      while (freeBytes(this.folder) > leaveBytes) writeSync(file, block);
    } catch {
      // No room is what is wanted.
    } finally {
      closeSync(file);
    }
    return path;
  }

  [Symbol.dispose](): void {
    if (existsSync(this.folder)) run(["umount", "-l", this.folder]);
  }
}
