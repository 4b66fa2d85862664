/** Who calls: what a call's metadata and connection say, before anything of it is believed. */
import type { Metadata } from "@grpc/grpc-js";
import { CURSOR_HEADER } from "../../proto/chat-wire.ts";
import { ReadMode } from "../../proto/gen/lastword/v1/ReadMode.ts";
import type { Caller, ReadAt } from "../chat/chat-service.ts";

/** What every kind of call on the server has. */
export interface IncomingCall {
  readonly metadata: Metadata;
  getPeer(): string;
}

/** What `authorization` must be to hold a token. */
export const TOKEN = /^Bearer ([\x21-\x7e]{1,512})$/i;

/** The token of `authorization: Bearer …`; null if there is none or it cannot be one. */
export function bearerToken(call: IncomingCall): string | null {
  const value = call.metadata.get("authorization")[0];
  return typeof value === "string" ? (TOKEN.exec(value)?.[1] ?? null) : null;
}

/** The cursor to read at or after; undefined if none was sent. The chat judges what it says. */
export function cursorOf(call: IncomingCall): string | undefined {
  const value = call.metadata.get(CURSOR_HEADER)[0];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** How fresh a read must be, from metadata and the request's `read`. */
export function readAt(call: IncomingCall, read: number): ReadAt {
  const cursor = cursorOf(call);
  const latest = read === ReadMode.READ_MODE_LATEST;
  return cursor === undefined ? { latest } : { cursor, latest };
}

/** What a login made by this API is called where its owner sees it. */
const PROGRAM = "a program";

/** The address without its port, for rate limits. */
export function callerOf(call: IncomingCall): Caller {
  const peer = call.getPeer();
  const colon = peer.lastIndexOf(":");
  const host = colon > 0 ? peer.slice(0, colon) : peer;
  return { address: host.replace(/^\[(.*)\]$/, "$1"), device: PROGRAM };
}
