/** What came of an op, and what of it is recorded: Result in op.proto. */
import type { ConversationId, SessionId } from "../ids.ts";
import { CHAT_ERRORS, type ChatErrorCode } from "../errors.ts";
import type { Seq } from "../../election/view.ts";
import { RESULT_TYPE } from "./op-types.ts";

/** What came of an op. `seq` is where it was decided; `repeated` says that this was another op of the same request. */
export type OpResult = { readonly seq: Seq; readonly repeated: boolean } & (
  | { readonly kind: "done" }
  /** A message was sent. `timeMicros` is null in the answer to a repeat: the message's row has it. */
  | { readonly kind: "sent"; readonly conversation: ConversationId; readonly timeMicros: number | null }
  /** An account was made; the session is the one of the first op of this request. */
  | { readonly kind: "registered"; readonly session: SessionId }
  /** Of each mark of the op, in their order: why it counts for nothing; null: it counts. */
  | { readonly kind: "marked"; readonly refusals: readonly (ChatErrorCode | null)[] }
  | { readonly kind: "refused"; readonly error: ChatErrorCode }
);

/** What is recorded. A message says itself what came of its op, and marks leave no request. */
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

/** Reads a recorded result, as the answer to a repeat. An error that this version does not know reads as `invalid`. */
export function decodeResult(bytes: Uint8Array): RecordedResult {
  const { seq, error, session } = RESULT_TYPE.decode(bytes);
  const head = { seq, repeated: true };
  if (error !== "") {
    return { kind: "refused", error: error in CHAT_ERRORS ? (error as ChatErrorCode) : "invalid", ...head };
  }
  return session === "" ? { kind: "done", ...head } : { kind: "registered", session, ...head };
}
