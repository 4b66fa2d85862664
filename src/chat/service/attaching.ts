/** Uploads, and the files of messages (file-service.ts). */
import { FILE_BYTES_MAX, UPLOAD_PART_BYTES } from "../bounds.ts";
import type { FileQuota } from "../../base/modes.ts";
import type { ReadAt, Session } from "../chat-service.ts";
import { failed, type Answer } from "../errors.ts";
import type { FileCalls, FileContent, FileCopy } from "../file-service.ts";
import { filesOf, fileView, type FileHash, type UploadId } from "../files.ts";
import type { MessageId, UserId } from "../ids.ts";
import { cleanFileName } from "../limits.ts";
import type { ChatDeps } from "../ports.ts";
import { isErased } from "../queries.ts";
import { RateLimit } from "../rate-limit.ts";
import type { Reading } from "../reading.ts";
import { failedWith, slowDown } from "../sentences.ts";
import type { FileTickets } from "./file-tickets.ts";

/** Files that one user may upload within this time. */
const FINISHED = { count: 120, perMs: 60_000 } as const;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const TOO_LARGE = "A file can have at most 100 MiB.";
const EMPTY = "This file is empty.";
const NO_ROOM = "There is no room for this file. Ask the person who runs this chat.";
const TOO_MANY = "Too many files are being uploaded at once. Wait until some are done.";
const GONE = "This upload was interrupted for too long. Send the file again.";
const NOBODY = "No server that answers has this file now. Try again in a moment.";
const RETRY_MS = 1_000;

export class Attaching implements FileCalls {
  readonly #deps: ChatDeps;
  readonly #reading: Reading;
  readonly #tickets: FileTickets;
  readonly #finished: RateLimit;
  readonly #quota: FileQuota;

  constructor(
    deps: ChatDeps & { readonly rateLimit: boolean; readonly fileQuota: FileQuota },
    parts: { readonly reading: Reading; readonly tickets: FileTickets },
  ) {
    this.#deps = deps;
    this.#reading = parts.reading;
    this.#tickets = parts.tickets;
    this.#quota = deps.fileQuota;
    this.#finished = new RateLimit(deps.clock, deps.rateLimit ? FINISHED : { count: 1e9, perMs: 1 });
  }

  async putPart(
    session: Session,
    { uploadId, offset, data }: { readonly uploadId: string; readonly offset: number; readonly data: Uint8Array },
  ): Promise<Answer<{ readonly size: number }>> {
    const upload = uploadOf(session, uploadId);
    if (upload === null || !Number.isSafeInteger(offset) || offset < 0) return failedWith("invalid");
    if (data.length > UPLOAD_PART_BYTES || offset + data.length > FILE_BYTES_MAX) return failed("too_large", TOO_LARGE);
    const appended = await this.#deps.files.append(upload, offset, data);
    if ("size" in appended) return this.#reading.ok({ size: appended.size });
    return appended.refusal === "full" ? failed("too_large", NO_ROOM) : failed("too_many", TOO_MANY);
  }

  async uploadSize(
    session: Session,
    { uploadId }: { readonly uploadId: string },
  ): Promise<Answer<{ readonly size: number }>> {
    const upload = uploadOf(session, uploadId);
    return upload === null ? failedWith("invalid") : this.#reading.ok({ size: this.#deps.files.sizeOf(upload) });
  }

  async finishUpload(
    session: Session,
    input: { readonly uploadId: string; readonly size: number; readonly name: string; readonly asIs: boolean },
  ): ReturnType<FileCalls["finishUpload"]> {
    const { uploadId, size, asIs } = input;
    const upload = uploadOf(session, uploadId);
    if (upload === null) return failedWith("invalid");
    if (size === 0) return failed("invalid", EMPTY);
    const wait = this.#finished.take(session.userId);
    if (wait > 0) return slowDown("Too many files.", wait);
    const full = this.#fullAt(session.userId, size);
    if (full !== null) return failed("too_many", full);
    const stored = await this.#deps.files.finish(upload, { size, asIs });
    if (stored === "unknown") return failed("not_found", GONE);
    if (stored === "full") return failed("too_large", NO_ROOM);
    const file = { ...stored, name: cleanFileName(input.name) };
    return this.#reading.ok({ ticket: this.#tickets.make(session.userId, file), file: fileView(file) });
  }

  /** Why a file of this size is more than the user may have, as a sentence; null if it is not. */
  #fullAt(user: UserId, size: number): string | null {
    const { perPerson, inAll } = this.#quota;
    const { files } = this.#deps.queries();
    if (perPerson !== null && files.bytesOf(user) + size > perPerson) {
      return `With this file, yours would take more than ${sizeText(perPerson)}, the most that one person can have. Delete messages with files first.`;
    }
    if (inAll === null || files.bytesInAll() + size <= inAll) return null;
    return `With this file, all files would take more than ${sizeText(inAll)}, the most that this chat can have. Ask the person who runs it.`;
  }

  async dropUpload(session: Session, { uploadId }: { readonly uploadId: string }): Promise<Answer<null>> {
    const upload = uploadOf(session, uploadId);
    if (upload === null) return failedWith("invalid");
    this.#deps.files.drop(upload);
    return this.#reading.ok(null);
  }

  async fileOf(
    session: Session,
    input: { readonly messageId: MessageId; readonly index: number; readonly copy: FileCopy } & ReadAt,
  ): Promise<Answer<FileContent>> {
    const late = await this.#reading.ready(input);
    if (late !== null) return late;
    const queries = this.#deps.queries();
    const message = queries.messageById(input.messageId, session.userId);
    const isGone = message === null || isErased(message, queries);
    const row = isGone ? undefined : filesOf(message.files)[input.index];
    if (row === undefined) return failedWith("not_found");
    const copy: FileHash = { whole: row.hash, small: row.small, large: row.large }[input.copy];
    const hash = copy === "" ? row.hash : copy;
    const content = await this.#deps.files.content(hash);
    if (content === null) return failed("not_writable", NOBODY, { retryAfterMs: RETRY_MS });
    return this.#reading.ok({
      file: fileView(row),
      content,
      type: copy === row.hash || copy === "" ? row.type : "image/webp",
      hash,
    });
  }
}

function sizeText(bytes: number): string {
  return bytes % 2 ** 30 === 0 ? `${bytes / 2 ** 30} GiB` : `${Math.floor(bytes / 2 ** 20)} MiB`;
}

/** A user reaches only the user's own uploads, whatever id is given. */
function uploadOf({ userId }: Session, uploadId: string): UploadId | null {
  if (!UUID.test(uploadId)) return null;
  const hash = (text: string): string => new Bun.CryptoHasher("sha256").update(text).digest("hex");
  return `${hash(userId).slice(0, 16)}-${hash(uploadId.toLowerCase()).slice(0, 32)}`;
}
