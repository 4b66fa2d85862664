/** What apply returns for an op: the result for its proposer, the facts for the projections. */
import type { Seq } from "../election/view.ts";
import type { ChatErrorCode } from "./errors.ts";
import type { Fact } from "./fact.ts";
import type { ConversationId, SessionId } from "./ids.ts";

/** The result of an op. `seq` is where it was decided; `repeated`: an earlier op of the same request decided it. */
export type OpResult = { readonly seq: Seq; readonly repeated: boolean } & (
  | { readonly kind: "done" }
  /** A message was sent. `timeMicros` is null in the answer to a repeat: the message's row has it. */
  | { readonly kind: "sent"; readonly conversation: ConversationId; readonly timeMicros: number | null }
  /** An account was created; the session is that of the first op of this request. */
  | { readonly kind: "registered"; readonly session: SessionId }
  /** One element per mark of the op, in their order: null if the mark was applied, otherwise the reason why not. */
  | { readonly kind: "marked"; readonly refusals: readonly (ChatErrorCode | null)[] }
  | { readonly kind: "refused"; readonly error: ChatErrorCode }
);

/** One applied op. */
export interface AppliedOp {
  readonly seq: Seq;
  /** `opKey` of the op; "" if the bytes were not an op. */
  readonly key: string;
  readonly result: OpResult;
  readonly facts: readonly Fact[];
  /** The op's time, microseconds since 1970; 0 if the bytes were not an op. */
  readonly timeMicros: number;
  /** The op is a copy that a merge brought back. */
  readonly recovered: boolean;
}
