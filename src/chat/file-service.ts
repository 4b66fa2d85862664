/** Files: a part of the interface of the chat. A user uploads one first, and then sends a message that carries it. */
import type { Answer } from "./errors.ts";
import type { FileHash, FileView } from "./files.ts";
import type { MessageId } from "./ids.ts";
import type { ReadAt, Session } from "./chat-service.ts";

/** Which copy of a file: the file itself, or of a picture one of at most 480 or 1,280 pixels. */
export type FileCopy = "whole" | "small" | "large";

/** The bytes of a file. */
export interface FileContent {
  readonly file: FileView;
  readonly content: Blob;
  /** The type of these bytes, which is another one for a smaller copy. */
  readonly type: string;
  /** Names the bytes for caches. Nothing is found by it. */
  readonly hash: FileHash;
}

/** These calls fail as those of ChatService do. */
export interface FileCalls {
  /**
   * Adds a part of at most 1 MiB to an upload of the user, which a UUID names, at this replica and at those in step. It
   * goes on at any of them. If `offset` is not the size of the upload here, nothing is added; the answer has the size.
   * Errors: invalid, too_large (above 100 MiB, or for the disk), too_many (uploads under way), slow_down.
   */
  putPart(
    session: Session,
    input: { readonly uploadId: string; readonly offset: number; readonly data: Uint8Array },
  ): Promise<Answer<{ readonly size: number }>>;
  /** Size of an upload here; 0 if it is not known. */
  uploadSize(session: Session, input: { readonly uploadId: string }): Promise<Answer<{ readonly size: number }>>;
  /**
   * Makes an upload of this size a file, and answers with a ticket, with which this user can send it for a day. Pictures
   * are turned upright and lose what a camera wrote into them, unless `asIs`. Errors: invalid (empty), not_found (the
   * upload is not here, or has another size), too_large (for the disk), too_many (all files of the user together).
   */
  finishUpload(
    session: Session,
    input: { readonly uploadId: string; readonly size: number; readonly name: string; readonly asIs: boolean },
  ): Promise<Answer<{ readonly ticket: string; readonly file: FileView }>>;
  dropUpload(session: Session, input: { readonly uploadId: string }): Promise<Answer<null>>;
  /** A file of a message that the user may see, by its place among the files of the message, from 0. Error: not_found. */
  fileOf(
    session: Session,
    input: { readonly messageId: MessageId; readonly index: number; readonly copy: FileCopy } & ReadAt,
  ): Promise<Answer<FileContent>>;
}
