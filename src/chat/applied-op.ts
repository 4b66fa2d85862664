/** What apply says of an op: to whoever proposed it, and to those who follow what was applied. */
import type { Seq } from "../election/view.ts";
import type { ChatErrorCode } from "./errors.ts";
import type { Fact } from "./fact.ts";
import type { ConversationId, SessionId } from "./ids.ts";

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

/** What came of one op. */
export interface AppliedOp {
  readonly seq: Seq;
  /** `opKey` of the op; "" if the bytes were none. */
  readonly key: string;
  readonly result: OpResult;
  readonly facts: readonly Fact[];
  /** Time in the op; 0 if the bytes were none. */
  readonly timeMicros: number;
  /** It was the copy that a merge brought back. */
  readonly recovered: boolean;
}
