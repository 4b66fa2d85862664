/** Files that messages carry: what a message says of one, and the port to where their bytes are. */

import type { UserId } from "./ids.ts";
import type { Seq } from "../election/view.ts";

/** Types that a browser shows as a picture, a player or a text. */
export const SHOWN_TYPES: ReadonlySet<string> = new Set([
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
  "audio/mpeg",
  "audio/ogg",
  "audio/wav",
  "audio/flac",
  "audio/mp4",
  "video/mp4",
  "video/webm",
  "video/ogg",
  "text/plain",
]);

/** The name of a file's bytes: their SHA-256, as 64 hex digits. */
export type FileHash = string;

/** A file of a message. */
export interface FileRow {
  readonly hash: FileHash;
  /** What its sender calls it. */
  readonly name: string;
  /** Media type, found in the bytes; "application/octet-stream" if they are of no type that this knows. */
  readonly type: string;
  /** Size in bytes. */
  readonly bytes: number;
  /** Of a picture, pixels; 0 of everything else. */
  readonly width: number;
  readonly height: number;
  /** Of a picture: smaller copies of it, WebP, at most 480 and 1,280 pixels wide and high; "": none. */
  readonly small: FileHash;
  readonly large: FileHash;
}

/** A file of a message, as its readers see it. They name it by the message and its place there, never by its hash. */
export interface FileView {
  readonly name: string;
  readonly type: string;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  /** There are these smaller copies of the picture. */
  readonly hasSmall: boolean;
  readonly hasLarge: boolean;
}

/** What readers see of a row. */
export function fileView({ name, type, bytes, width, height, small, large }: FileRow): FileView {
  return { name, type, bytes, width, height, hasSmall: small !== "", hasLarge: large !== "" };
}

/** What is known of a file before it has a name. */
export type StoredFile = Omit<FileRow, "name">;

/** The hashes of a file and of its smaller copies. */
export function hashesOf({ hash, small, large }: StoredFile): readonly FileHash[] {
  return [hash, small, large].filter((one) => one !== "");
}

/** The text of `files` in the rows: null for none. */
export function filesText(files: readonly FileRow[]): string | null {
  if (files.length === 0) return null;
  return JSON.stringify(
    files.map(({ hash, name, type, bytes, width, height, small, large }) => [
      hash,
      name,
      type,
      bytes,
      width,
      height,
      small,
      large,
    ]),
  );
}

const NONE: readonly FileRow[] = [];

/** The opposite of `filesText`. */
export function filesOf(text: string | null): readonly FileRow[] {
  if (text === null) return NONE;
  const rows = JSON.parse(text) as [string, string, string, number, number, number, string, string][];
  return rows.map(([hash, name, type, bytes, width, height, small, large]) => ({
    hash,
    name,
    type,
    bytes,
    width,
    height,
    small,
    large,
  }));
}

/** Which files messages carry, of the rows of this replica. */
export interface FileQueries {
  /** Whether a message carries it. */
  isCarried(hash: FileHash): boolean;
  /** Those of messages above `seq`, ordered by seq. Whoever asks for more goes on after the last seq but one. */
  after(seq: Seq, limit: number): readonly { readonly seq: Seq; readonly hash: FileHash }[];
  /** Size of all files in messages of this user, bytes; the same file twice counts twice. */
  bytesOf(author: UserId): number;
  /** The same for all users together. */
  bytesInAll(): number;
}

/** Identifies an upload at every replica: 16 hex digits of its user, "-", and 32 of the id that the client chose. */
export type UploadId = string;

/** How an upload went on: its size now, or why nothing was added. */
export type Appended = { readonly size: number } | { readonly refusal: "full" | "too_many" };

/** Why a file is not on the disk of every replica in step. */
export interface Lack {
  /** For a person: which replica lacks it. */
  readonly text: string;
  /** That replica has no room for it, so waiting does not help. */
  readonly isFull: boolean;
}

/** Where the bytes of files are: on this replica's disk and on those of its peers. */
export interface Files {
  /**
   * Adds bytes to an upload, here and at the replicas in step. If `offset` is not its size here, nothing is added; the
   * answer has the size at which to go on.
   */
  append(upload: UploadId, offset: number, data: Uint8Array): Promise<Appended>;
  /** Size of the upload here; 0 if there is none. */
  sizeOf(upload: UploadId): number;
  /** Makes an upload a file, on the disk here. `asIs`: a picture keeps its bytes, and has no smaller copies. */
  finish(
    upload: UploadId,
    options: { readonly size: number; readonly asIs: boolean },
  ): Promise<StoredFile | "unknown" | "full">;
  drop(upload: UploadId): void;
  /** The bytes, from a peer if they are not here. Null: nobody has them now. */
  content(hash: FileHash): Promise<Blob | null>;
  /**
   * Resolves to null once all files are on the disk of this replica and of every member of the newest view that it
   * knows. Otherwise, after some seconds or at a full disk, to why they are not.
   */
  kept(hashes: readonly FileHash[]): Promise<Lack | null>;
}
