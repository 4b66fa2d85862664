/**
 * apply: turns one op of the log into rows, a recorded result and facts. It runs on every
 * replica in the order of the log and must have the same effect on each, so it uses no
 * clock, no randomness and no locale: only the op's bytes, its seq and the rows.
 *
 * Every request is decided exactly once. (user, clientId) identifies it, and a hash of its
 * content detects an id that is reused for something else. A repeat gets the recorded result.
 * Ops that a merge brings back (`recovered`) are applied here too, by rules that keep what
 * their own branch had accepted.
 */
import type { AppliedOp, OpResult } from "../applied-op.ts";
import type { ClientId } from "../ids.ts";
import type { Fact } from "../fact.ts";
import type { RequestRow, Rows } from "../rows.ts";
import { assert } from "../../base/assert.ts";
import type { Seq } from "../../election/view.ts";
import { MalformedOp, refused, type Decision } from "./kind.ts";
import { kindOf, OP_FORMAT } from "./kinds.ts";
import { decodeOp, FormatTooNew, keyOf, requestHash, type Op } from "./op.ts";
import { purgeStep } from "./purge.ts";
import { isOff } from "./sessions.ts";
import { decodeResult, encodeResult } from "./result.ts";

/** What a state machine runs for each op. */
export type ApplyOp = (bytes: Uint8Array, seq: Seq, rows: Rows) => AppliedOp;

/**
 * Applies one op. Throws FormatTooNew if the op has, or enables, a format of a later version: the process must then
 * stop. Throws DamagedOp if the checksum does not match. A rule with a bug may throw anything else; the caller then
 * undoes what the op did to the rows and calls `recordPoison` instead.
 */
export function applyOp(bytes: Uint8Array, seq: Seq, rows: Rows): AppliedOp {
  let op: Op;
  try {
    op = decodeOp(bytes);
  } catch (error) {
    if (error instanceof MalformedOp) return malformed(seq);
    throw error;
  }
  const hash = requestHash(op);
  const key = keyOf(op, hash);
  const { timeMicros, recovered } = op;
  const kind = kindOf(op.body);
  const purged = purgeStep(seq, rows);
  const before = kind.recorded ? rows.request(op.user, op.clientId) : null;
  if (before !== null) {
    const answer = answerRepeat(op, hash, before, { seq, rows });
    if (answer !== null)
      return { seq, key, timeMicros, recovered, result: answer.result, facts: [...purged, ...answer.facts] };
    if (before.hash !== hash) op = { ...op, clientId: branchClientId(op.clientId, hash) };
  }
  // The log may hold ops after this one that this executable cannot apply.
  if (op.body.kind === "enable" && !recovered && op.body.format > OP_FORMAT) {
    throw new FormatTooNew(op.body.format, null, op.body.version);
  }
  // Her sessions have ended, but a replica that did not know may have proposed this.
  const isShut = !recovered && isOff(op.user, rows);
  const decision = isShut ? refused("deactivated", false) : kind.decide(op, op.body, seq, rows);
  const result = resultOf(op, decision, seq);
  if (kind.recorded && (decision.kind !== "refused" || decision.record)) rows.putRequest(requestOf(op, hash, result));
  const own = decision.kind === "refused" ? [] : decision.facts;
  const facts = purged.length === 0 ? own : [...purged, ...own];
  return { seq, key, timeMicros, recovered, result, facts };
}

/**
 * Records an op whose rule threw, after its changes were undone. The error is recorded like
 * any result, identically on every replica, so that one bad op does not stop the log.
 */
export function recordPoison(bytes: Uint8Array, seq: Seq, rows: Rows): AppliedOp {
  let op: Op;
  try {
    op = decodeOp(bytes);
  } catch {
    return malformed(seq);
  }
  const hash = requestHash(op);
  const result = resultOf(op, refused("invalid"), seq);
  if (kindOf(op.body).recorded && rows.request(op.user, op.clientId) === null) {
    rows.putRequest(requestOf(op, hash, result));
  }
  return { seq, key: keyOf(op, hash), result, facts: [], timeMicros: op.timeMicros, recovered: op.recovered };
}

function malformed(seq: Seq): AppliedOp {
  const result: OpResult = { kind: "refused", error: "invalid", seq, repeated: false };
  return { seq, key: "", result, facts: [], timeMicros: 0, recovered: false };
}

/** The answer to a request that was decided before; null if its rule must decide it now. */
function answerRepeat(
  op: Op,
  hash: string,
  before: RequestRow,
  at: { readonly seq: Seq; readonly rows: Rows },
): { result: OpResult; facts: readonly Fact[] } | null {
  const { seq, rows } = at;
  if (before.hash !== hash) {
    if (!op.recovered) {
      return { result: { kind: "refused", error: "id_reused_with_other_content", seq, repeated: false }, facts: [] };
    }
    // Two branches accepted different requests under one id. Both were acknowledged, so both are kept.
    const twin = rows.request(op.user, branchClientId(op.clientId, hash));
    return twin === null ? null : answerRepeat(op, hash, twin, at);
  }
  const result = recordedResult(before);
  // This branch refused the request but the other one accepted it. What was accepted anywhere is kept.
  if (op.recovered && result.kind === "refused") return null;
  const facts = (op.recovered && kindOf(op.body).adopt?.(op, op.body, seq, rows)) || [];
  return { result, facts };
}

/** The recorded result of a request, which is the answer to a repeat. */
export function recordedResult({ seq, conversation, result }: RequestRow): OpResult {
  if (result !== null) return decodeResult(result);
  assert(conversation !== null, "a request without a result sent a message");
  return { kind: "sent", conversation, timeMicros: null, seq, repeated: true };
}

function branchClientId(clientId: ClientId, hash: string): ClientId {
  return `${clientId}~${hash.slice(0, 8)}`;
}

function resultOf({ timeMicros }: Op, decision: Decision, seq: Seq): OpResult {
  switch (decision.kind) {
    case "done":
      return { kind: "done", seq, repeated: false };
    case "sent":
      return { kind: "sent", conversation: decision.conversation, timeMicros, seq, repeated: false };
    case "registered":
      return { kind: "registered", session: decision.session, seq, repeated: false };
    case "marked":
      return { kind: "marked", refusals: decision.refusals, seq, repeated: false };
    case "refused":
      return { kind: "refused", error: decision.error, seq, repeated: false };
  }
}

function requestOf({ user, clientId }: Op, hash: string, result: OpResult): RequestRow {
  const { seq } = result;
  if (result.kind === "sent") return { user, clientId, hash, seq, conversation: result.conversation, result: null };
  assert(result.kind !== "marked", "marks are not recorded");
  return { user, clientId, hash, seq, conversation: null, result: encodeResult(result) };
}
