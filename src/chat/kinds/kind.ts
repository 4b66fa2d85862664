/**
 * What an op kind is. Each kind is one file of this folder that exports one `Kind`; the table of them is
 * `KINDS` (kinds.ts). The name of a kind is that of its field in op.proto's `payload`, whose number says
 * on the wire and on the disk which kind an op is.
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

/** What every op has, whatever its kind: the fields of op.proto's envelope. */
export interface OpHead {
  readonly user: UserId;
  readonly clientId: ClientId;
  readonly timeMicros: number;
  readonly origin: Origin | null;
  readonly recovered: boolean;
}

/** How two branches of a split are made one; ARCHITECTURE.md, "Merge classes", says what each class means. */
export type MergeClass = "keep" | "max" | "latest" | "set" | "danger" | "name" | "derived" | "bounded";

/** The payload of a kind as the decoder gives it. (The kind of next.ts is in no generated type.) */
export type Payload<Body> = Body extends { readonly kind: infer Name }
  ? Name extends keyof WireOp
    ? Decoded<NonNullable<WireOp[Name]>>
    : Omit<Body, "kind">
  : never;

/** One kind of op. Everything here is pure but for the rows: see apply.ts. */
export interface Kind<Body> {
  /** The first op format that has this kind, from 1. An op is written in the format of its kind. */
  readonly since: number;
  readonly merge: MergeClass;
  /**
   * Whether a decided op leaves a row in `requests`, by which a repeat gets the first answer. An op of a kind
   * that leaves none is decided again whenever it comes again, so its rule must be idempotent.
   */
  readonly recorded: boolean;
  /** The body as a plain object, so that no rule sees a prototype of the decoder. Throws MalformedOp. */
  read(payload: Payload<Body>): Body;
  /** What of the body is the request: see `requestHash`. Leaves out what the proposer drew or looked up. */
  content(body: Body): string;
  /** The rule. */
  decide(op: OpHead, body: Body, seq: Seq, rows: Rows): Decision;
  /** What a recovered copy still does on a branch that has already done the same request. Absent: nothing. */
  adopt?(op: OpHead, body: Body, seq: Seq, rows: Rows): readonly Fact[];
}

/** The bytes are no op at all. */
export class MalformedOp extends Error {
  override readonly name = "MalformedOp";
}

/** What a rule decided about one op. */
export type Decision =
  | { readonly kind: "done"; readonly facts: readonly Fact[] }
  /** A message was sent: there. */
  | { readonly kind: "sent"; readonly conversation: ConversationId; readonly facts: readonly Fact[] }
  /** An account was made, and logged in with this session. */
  | { readonly kind: "registered"; readonly session: SessionId; readonly facts: readonly Fact[] }
  /** Of each mark, in their order: why it counts for nothing; null: it counts. */
  | {
      readonly kind: "marked";
      readonly refusals: readonly (ChatErrorCode | null)[];
      readonly facts: readonly Fact[];
    }
  /** `record` is false where a repeat is decided anew, because the reason may pass. */
  | { readonly kind: "refused"; readonly error: ChatErrorCode; readonly record: boolean };

const NOTHING: readonly Fact[] = [];

/** The op was refused: a result like any other, recorded unless `record` is false. */
export function refused(error: ChatErrorCode, record = true): Decision {
  return { kind: "refused", error, record };
}

/** The op did what it says. */
export function done(facts: readonly Fact[] = NOTHING): Decision {
  return { kind: "done", facts };
}
