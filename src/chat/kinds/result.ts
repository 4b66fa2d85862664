/** Encodes and decodes the recorded results of ops: Result in op.proto. */
import type { OpResult } from "../applied-op.ts";
import { CHAT_ERRORS, type ChatErrorCode } from "../errors.ts";
import { RESULT_TYPE } from "./op-types.ts";

/** A result that is recorded. The row of a message is its op's result, and marks leave no request. */
type RecordedResult = Exclude<OpResult, { kind: "sent" } | { kind: "marked" }>;

/** Encodes a result to be recorded. */
export function encodeResult(result: RecordedResult): Uint8Array {
  const { seq } = result;
  switch (result.kind) {
    case "done":
      return RESULT_TYPE.encode({ seq });
    case "registered":
      return RESULT_TYPE.encode({ seq, session: result.session });
    case "refused":
      return RESULT_TYPE.encode({ seq, error: result.error });
  }
}

/** Decodes a recorded result as the answer to a repeat. An error that this version does not know becomes `invalid`. */
export function decodeResult(bytes: Uint8Array): RecordedResult {
  const { seq, error, session } = RESULT_TYPE.decode(bytes);
  const head = { seq, repeated: true };
  if (error !== "") {
    return { kind: "refused", error: error in CHAT_ERRORS ? (error as ChatErrorCode) : "invalid", ...head };
  }
  return session === "" ? { kind: "done", ...head } : { kind: "registered", session, ...head };
}
