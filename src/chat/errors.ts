/**
 * Every way a call can fail: code, gRPC status, HTTP status and outcome (sentences.ts has the
 * sentence for each). `definite`: the call had no effect and never will. `unknown`: it may have
 * taken effect or may do so later; repeating it with the same client id is safe.
 */

/** gRPC status numbers, defined here so that this folder does not depend on gRPC. */
const GRPC = {
  invalidArgument: 3,
  notFound: 5,
  alreadyExists: 6,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  unavailable: 14,
  permissionDenied: 7,
  unauthenticated: 16,
} as const;

export const CHAT_ERRORS = {
  invalid: { grpc: GRPC.invalidArgument, http: 422, outcome: "definite" },
  too_long: { grpc: GRPC.invalidArgument, http: 422, outcome: "definite" },
  too_large: { grpc: GRPC.invalidArgument, http: 413, outcome: "definite" },
  not_logged_in: { grpc: GRPC.unauthenticated, http: 401, outcome: "definite" },
  wrong_password: { grpc: GRPC.unauthenticated, http: 401, outcome: "definite" },
  not_found: { grpc: GRPC.notFound, http: 404, outcome: "definite" },
  unknown_recipient: { grpc: GRPC.notFound, http: 404, outcome: "definite" },
  name_taken: { grpc: GRPC.alreadyExists, http: 409, outcome: "definite" },
  id_reused_with_other_content: { grpc: GRPC.alreadyExists, http: 409, outcome: "definite" },
  not_allowed: { grpc: GRPC.permissionDenied, http: 403, outcome: "definite" },
  archived: { grpc: GRPC.failedPrecondition, http: 409, outcome: "definite" },
  last_owner: { grpc: GRPC.failedPrecondition, http: 409, outcome: "definite" },
  too_many: { grpc: GRPC.resourceExhausted, http: 409, outcome: "definite" },
  link_revoked: { grpc: GRPC.failedPrecondition, http: 410, outcome: "definite" },
  link_expired: { grpc: GRPC.failedPrecondition, http: 410, outcome: "definite" },
  link_used: { grpc: GRPC.failedPrecondition, http: 410, outcome: "definite" },
  deactivated: { grpc: GRPC.permissionDenied, http: 403, outcome: "definite" },
  registration_closed: { grpc: GRPC.permissionDenied, http: 403, outcome: "definite" },
  slow_down: { grpc: GRPC.resourceExhausted, http: 429, outcome: "definite" },
  no_leader: { grpc: GRPC.unavailable, http: 503, outcome: "definite" },
  not_writable: { grpc: GRPC.unavailable, http: 503, outcome: "definite" },
  not_enabled: { grpc: GRPC.failedPrecondition, http: 503, outcome: "definite" },
  timed_out: { grpc: GRPC.aborted, http: 504, outcome: "unknown" },
} as const;

export type ChatErrorCode = keyof typeof CHAT_ERRORS;

/** A failed call. It is returned, never thrown, to other folders. */
export interface ChatError {
  readonly code: ChatErrorCode;
  /** Tells a person what is wrong and what to do. Contains nothing that another user wrote. */
  readonly sentence: string;
  /** The form field that the error belongs to, if any. */
  readonly field?:
    | "name"
    | "password"
    | "topic"
    | "why"
    | "to"
    | "body"
    | "id"
    | "ids"
    | "rooms"
    | "uses"
    | "expires"
    | "displayName"
    | "emoji"
    | "status"
    | "until"
    | "timeZone"
    | "query";
  /** For slow_down, no_leader and not_writable: after how long to try again. */
  readonly retryAfterMs?: number;
}

/** The answer of every call. `cursor` is opaque (ASCII, at most 64 bytes); see Cursors in ARCHITECTURE.md. */
export type Answer<T> = { readonly ok: true; readonly value: T; readonly cursor: string } | Refused;

/** The answer of a failed call. */
export interface Refused {
  readonly ok: false;
  readonly error: ChatError;
}

/** What was found, or why nothing was. */
export type Found<T> = { readonly ok: true; readonly value: T } | Refused;

/** Makes the answer of a failed call. */
export function failed(
  code: ChatErrorCode,
  sentence: string,
  more: Pick<ChatError, "field" | "retryAfterMs"> = {},
): Refused {
  return { ok: false, error: { code, sentence, ...more } };
}
