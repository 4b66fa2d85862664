/** Turns failures into gRPC status, sentence and trailers, as CHAT_ERRORS defines them. */
import { Metadata, status } from "@grpc/grpc-js";
import { CODE_TRAILER, OUTCOME_TRAILER, RETRY_AFTER_TRAILER } from "../../proto/chat-wire.ts";
import type { WireSendResult } from "../../proto/gen/lastword/v1/SendResult.ts";
import { CHAT_ERRORS } from "../chat/errors.ts";
import type { ChatError } from "../chat/errors.ts";

type SendFailure = NonNullable<WireSendResult["failure"]>;

/** The end of a failed call. */
export interface StatusReply {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;
}

export const NOT_LOGGED_IN: ChatError = {
  code: "not_logged_in",
  sentence: "You are not logged in, or this login has ended; log in again.",
};

export const STOPPING: ChatError = {
  code: "not_writable",
  sentence: "This replica is stopping; go on at another one.",
};

/** The error as status and trailers. */
export function replyOf(error: ChatError): StatusReply {
  const { grpc, outcome } = CHAT_ERRORS[error.code];
  const metadata = new Metadata();
  metadata.set(CODE_TRAILER, error.code);
  metadata.set(OUTCOME_TRAILER, outcome);
  if (error.retryAfterMs !== undefined) metadata.set(RETRY_AFTER_TRAILER, String(Math.ceil(error.retryAfterMs)));
  // grpc-js percent-encodes the sentence, and throws on a lone surrogate.
  return { code: grpc, details: error.sentence.toWellFormed(), metadata };
}

/** The answer after an unexpected exception. It reveals nothing about the error, and the outcome is unknown. */
export function brokenReply(): StatusReply {
  const metadata = new Metadata();
  metadata.set(OUTCOME_TRAILER, "unknown");
  return { code: status.INTERNAL, details: "Something went wrong inside this replica; try again.", metadata };
}

/** The error as the result of one item of a SendStream. */
export function failureOf(error: ChatError): SendFailure {
  return {
    code: error.code,
    definite: CHAT_ERRORS[error.code].outcome === "definite",
    sentence: error.sentence,
    retryAfterMs: Math.ceil(error.retryAfterMs ?? 0),
  };
}

/** The result of an item of a SendStream after an unexpected exception. The outcome is unknown. */
export const BROKEN_FAILURE: SendFailure = {
  code: "",
  definite: false,
  sentence: "Something went wrong inside this replica; try again.",
  retryAfterMs: 0,
};
