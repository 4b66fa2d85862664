/** Reads what a call's metadata and connection say about the caller. Nothing here is verified yet. */
import type { Metadata } from "@grpc/grpc-js";
import { CURSOR_HEADER } from "../../proto/chat-wire.ts";
import { ReadMode } from "../../proto/gen/lastword/v1/ReadMode.ts";
import type { Caller, ReadAt } from "../chat/chat-service.ts";

/** The part that all kinds of calls on the server have in common. */
export interface IncomingCall {
  readonly metadata: Metadata;
  getPeer(): string;
}

/** The form of an `authorization` value that holds a token, 1 to 512 characters. */
export const TOKEN = /^Bearer ([\x21-\x7e]{1,512})$/i;

/** The token of `authorization: Bearer …`; null if it is missing or malformed. */
export function bearerToken(call: IncomingCall): string | null {
  const value = call.metadata.get("authorization")[0];
  return typeof value === "string" ? (TOKEN.exec(value)?.[1] ?? null) : null;
}

/** The cursor to read at or after; undefined if none was sent. The chat checks whether it is valid. */
export function cursorOf(call: IncomingCall): string | undefined {
  const value = call.metadata.get(CURSOR_HEADER)[0];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** How fresh a read must be: from the metadata and from the request's `read`, a ReadMode. */
export function readAt(call: IncomingCall, read: number): ReadAt {
  const cursor = cursorOf(call);
  const latest = read === ReadMode.READ_MODE_LATEST;
  return cursor === undefined ? { latest } : { cursor, latest };
}

/** The device name of a login that was made through this API, as its owner sees it. */
const PROGRAM = "a program";

/** The caller's address without its port, for rate limits. */
export function callerOf(call: IncomingCall): Caller {
  const peer = call.getPeer();
  const colon = peer.lastIndexOf(":");
  const host = colon > 0 ? peer.slice(0, colon) : peer;
  return { address: host.replace(/^\[(.*)\]$/, "$1"), device: PROGRAM };
}
