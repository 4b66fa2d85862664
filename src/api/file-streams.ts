/**
 * PutFile and GetFile: files over gRPC, in parts that fit into a request. A part that came waits in memory until 1 MiB is
 * together, and the next is read when that is on the disks; a part that goes waits until the connection has taken the last.
 */
import type { ServerReadableStream, ServerWritableStream, sendUnaryData } from "@grpc/grpc-js";
import { REQUEST_BYTES_MAX, type ChatRequest, type ChatResponse } from "../../proto/chat-wire.ts";
import { UPLOAD_PART_BYTES } from "../chat/bounds.ts";
import type { Session } from "../chat/chat-service.ts";
import { failed, type ChatError } from "../chat/errors.ts";
import type { FileCalls, FileCopy } from "../chat/file-service.ts";
import { readAt } from "./caller.ts";
import { BadRequest } from "./method.ts";

const LEFT = failed("invalid", "The call was cancelled.").error;

/** Bytes of a file in one response of GetFile. */
const PART_BYTES = 48 * 1024;

export type PutFileCall = ServerReadableStream<ChatRequest<"PutFile"> | BadRequest, ChatResponse<"PutFile">>;
export type GetFileCall = ServerWritableStream<ChatRequest<"GetFile"> | BadRequest, ChatResponse<"GetFile">>;

/**
 * Takes requests one by one until the client has sent all, or one has an error. By events, because an iterator would
 * destroy the call at its end, before the reply.
 */
function eachRequest(
  call: PutFileCall,
  take: (request: ChatRequest<"PutFile"> | BadRequest) => Promise<ChatError | null>,
): Promise<ChatError | null> {
  return new Promise((resolve, reject) => {
    let busy: Promise<void> = Promise.resolve();
    call.on("data", (request: ChatRequest<"PutFile"> | BadRequest) => {
      call.pause();
      busy = take(request).then((error) => {
        if (error === null) call.resume();
        else resolve(error);
      }, reject);
    });
    call.on("end", () => void busy.then(() => resolve(null)));
    // The client has left: nobody gets what is returned.
    call.on("cancelled", () => resolve(LEFT));
  });
}

/** Reads the parts, and makes the upload a file if the first request says so. Returns the error, or null if it replied. */
export async function putFile(
  call: PutFileCall,
  chat: FileCalls,
  session: Session,
  reply: sendUnaryData<ChatResponse<"PutFile">>,
): Promise<ChatError | null> {
  let first: ChatRequest<"PutFile"> | null = null;
  let offset = 0;
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  const flush = async (): Promise<ChatError | null> => {
    if (first === null || bytes === 0) return null;
    const put = await chat.putPart(session, { uploadId: first.uploadId, offset, data: Buffer.concat(waiting) });
    if (!put.ok) return put.error;
    offset += bytes;
    [waiting, bytes] = [[], 0];
    return put.value.size === offset
      ? null
      : failed("invalid", `The upload has ${put.value.size} bytes. Go on there.`).error;
  };
  const broken = await eachRequest(call, async (request) => {
    if (request instanceof BadRequest) return request.error;
    if (first === null) {
      first = request;
      offset = request.offset;
    }
    waiting.push(request.data);
    bytes += request.data.length;
    return bytes + REQUEST_BYTES_MAX > UPLOAD_PART_BYTES ? await flush() : null;
  });
  if (broken !== null) return broken;
  const error = await flush();
  if (error !== null) return error;
  if (first === null) return failed("invalid", "The first request names the upload.").error;
  const { uploadId, name, asIs } = first;
  const done = await chat.finishUpload(session, { uploadId, size: offset, name, asIs });
  if (!done.ok) return done.error;
  const { ticket, file } = done.value;
  reply(null, { cursor: done.cursor, ticket, file } as ChatResponse<"PutFile">);
  return null;
}

/** Sends the file from the offset on. Returns the error, or null once everything was sent. */
export async function getFile(call: GetFileCall, chat: FileCalls, session: Session): Promise<ChatError | null> {
  const { request } = call;
  if (request instanceof BadRequest) return request.error;
  const { messageId, index, copy, offset, read } = request;
  const found = await chat.fileOf(session, { messageId, index, copy: copyOf(copy), ...readAt(call, read) });
  if (!found.ok) return found.error;
  const { file, content } = found.value;
  const write = async (response: object): Promise<void> => {
    if (call.write(response as ChatResponse<"GetFile">) || call.cancelled) return;
    await new Promise<void>((resolve) => {
      call.once("drain", resolve);
      call.once("cancelled", () => resolve());
    });
  };
  await write({ cursor: found.cursor, file, data: new Uint8Array(0) });
  for (let at = offset; at < content.size && !call.cancelled; at += PART_BYTES) {
    await write({ cursor: "", file: null, data: await content.slice(at, at + PART_BYTES).bytes() });
  }
  return null;
}

function copyOf(text: string): FileCopy {
  return text === "small" || text === "large" ? text : "whole";
}
