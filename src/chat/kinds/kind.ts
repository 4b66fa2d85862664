/**
 * Defines an op kind. Each kind is one file in this folder that exports one `Kind`; `KINDS` (kinds.ts) lists
 * them all. A kind has the name of its field in op.proto's `payload`. The number of that field identifies the
 * kind on the wire and on disk.
 */
import type { WireOp } from "../../../proto/gen/lastword/v1/Op.ts";
import type { Decoded } from "../../../proto/message-type.ts";
import type { ClientId, ConversationId, SessionId, UserId } from "../ids.ts";
import type { Fact } from "../fact.ts";
import type { ChatErrorCode } from "../errors.ts";
import type { Rows } from "../rows.ts";
import type { Seq } from "../../election/view.ts";

/** Where a recovered op came from. */
export interface Origin {
  readonly replica: number;
  /** View key of the branch; empty if not known. */
  readonly view: string;
}

/** The part that ops of every kind have: the fields of op.proto's envelope. */
export interface OpHead {
  readonly user: UserId;
  readonly clientId: ClientId;
  readonly timeMicros: number;
  readonly origin: Origin | null;
  readonly recovered: boolean;
}

/** How ops of a kind are merged after a split; ARCHITECTURE.md, "Merge classes", defines each class. */
export type MergeClass = "keep" | "max" | "latest" | "set" | "danger" | "name" | "derived" | "bounded";

/** The payload of a kind as the decoder returns it. (The generated types do not contain the kind of next.ts.) */
export type Payload<Body> = Body extends { readonly kind: infer Name }
  ? Name extends keyof WireOp
    ? Decoded<NonNullable<WireOp[Name]>>
    : Omit<Body, "kind">
  : never;

/** One kind of op. Its functions are pure except for their use of the rows: see apply.ts. */
export interface Kind<Body> {
  /** The first op format that has this kind, at least 1. An op is written in the `since` format of its kind. */
  readonly since: number;
  readonly merge: MergeClass;
  /**
   * Whether a decided op leaves a row in `requests`, from which a repeat gets the first answer. If not, a repeat
   * is decided again, so the rule must be idempotent.
   */
  readonly recorded: boolean;
  /** Copies the payload into a plain object, so that no rule sees the decoder's prototype. Throws MalformedOp. */
  read(payload: Payload<Body>): Body;
  /** The part of the body that the client asked for; see `requestHash`. Omits what the proposer drew or looked up. */
  content(body: Body): string;
  /** The rule: changes the rows and says what came of the op. */
  decide(op: OpHead, body: Body, seq: Seq, rows: Rows): Decision;
  /** What a recovered copy still does on a branch that has already decided the same request. Absent: nothing. */
  adopt?(op: OpHead, body: Body, seq: Seq, rows: Rows): readonly Fact[];
}

/** The bytes are not an op. */
export class MalformedOp extends Error {
  override readonly name = "MalformedOp";
}

/** What a rule decided about one op. */
export type Decision =
  | { readonly kind: "done"; readonly facts: readonly Fact[] }
  /** A message was sent to this conversation. */
  | { readonly kind: "sent"; readonly conversation: ConversationId; readonly facts: readonly Fact[] }
  /** An account was created, and this session logged in to it. */
  | { readonly kind: "registered"; readonly session: SessionId; readonly facts: readonly Fact[] }
  /** One element per mark, in their order: null if the mark was applied, otherwise the reason why not. */
  | {
      readonly kind: "marked";
      readonly refusals: readonly (ChatErrorCode | null)[];
      readonly facts: readonly Fact[];
    }
  /** `record` is false if the reason may pass: a repeat is then decided again. */
  | { readonly kind: "refused"; readonly error: ChatErrorCode; readonly record: boolean };

const NOTHING: readonly Fact[] = [];

/** Refuses the op. A refusal is a result like any other, recorded unless `record` is false. */
export function refused(error: ChatErrorCode, record = true): Decision {
  return { kind: "refused", error, record };
}

/** Accepts the op. */
export function done(facts: readonly Fact[] = NOTHING): Decision {
  return { kind: "done", facts };
}
