/**
 * apply: one op of the log -> rows, a recorded result, events. Runs on every replica, in
 * the order of the log, and must do the same on each: no clock, no randomness, no locale,
 * nothing but the op's bytes, its seq and the rows.
 *
 * Every request is decided once, ever: (user, clientId) names it, the hash of what it asks
 * guards it, and a repeat gets what was recorded. Ops that a merge brings back (recovered)
 * come through here as well, with rules that keep what their own branch had accepted.
 */
import { refused, type ChatEvent, type Decision } from "../chat-event.ts";
import { decodeOp, decodeResult, encodeResult, keyOf, MalformedOp, requestHash, type Op, type OpResult } from "./op.ts";
import type { RequestRow, Rows } from "../rows.ts";
import * as account from "./rules-account.ts";
import * as messages from "./rules-message.ts";
import type { Seq } from "../../election/view.ts";

/** What came of one op. */
export interface AppliedOp {
  readonly seq: Seq;
  /** `opKey` of the op; "" if the bytes were none. */
  readonly key: string;
  readonly result: OpResult;
  readonly events: readonly ChatEvent[];
  /** Time in the op; 0 if the bytes were none. */
  readonly timeMicros: number;
  /** It was the copy that a merge brought back. */
  readonly recovered: boolean;
}

const NO_RESULT: OpResult = { error: "", conversation: "", seq: 0, session: "", repeated: false, timeMicros: 0 };

/** The rules: what StateMachines run for each op. */
export type ApplyOp = (bytes: Uint8Array, seq: Seq, rows: Rows) => AppliedOp;

/**
 * Applies one op. Throws FormatTooNew when the op is of a later version (the process must
 * stop), and whatever a rule that is broken throws: then the caller undoes what the op did
 * to the rows and calls `recordPoison` in its place.
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
  const purged = messages.purgeStep(seq, rows);
  const before = rows.request(op.user, op.clientId);
  if (before !== null) {
    const answer = answerRepeat(op, hash, before, rows);
    if (answer !== null)
      return { seq, key, timeMicros, recovered, result: answer.result, events: [...purged, ...answer.events] };
    if (before.hash !== hash) op = { ...op, clientId: branchClientId(op.clientId, hash) };
  }
  const decision = decide(op, seq, rows);
  const result = resultOf(op, decision, seq);
  if (decision.record !== false) rows.putRequest(requestOf(op, hash, seq, result));
  const events = purged.length === 0 ? decision.events : [...purged, ...decision.events];
  return { seq, key, timeMicros, recovered, result, events };
}

/**
 * What to do with an op whose rule threw, after its changes were undone: the error is
 * recorded like any result, the same on every replica, and the log goes on.
 */
export function recordPoison(bytes: Uint8Array, seq: Seq, rows: Rows): AppliedOp {
  let op: Op;
  try {
    op = decodeOp(bytes);
  } catch {
    return malformed(seq);
  }
  const hash = requestHash(op);
  const decision = refused("invalid");
  const result = resultOf(op, decision, seq);
  if (rows.request(op.user, op.clientId) === null) rows.putRequest(requestOf(op, hash, seq, result));
  return { seq, key: keyOf(op, hash), result, events: [], timeMicros: op.timeMicros, recovered: op.recovered };
}

function malformed(seq: Seq): AppliedOp {
  return { seq, key: "", result: { ...NO_RESULT, error: "invalid" }, events: [], timeMicros: 0, recovered: false };
}

function decide(op: Op, seq: Seq, rows: Rows): Decision {
  const { body } = op;
  switch (body.kind) {
    case "sendMessage":
      return messages.sendMessage(op, body, seq, rows);
    case "markRead":
      return messages.markRead(op, body, seq, rows);
    case "markAllRead":
      return messages.markAllRead(op, body, seq, rows);
    case "deleteMessages":
      return messages.deleteMessages(op, body, seq, rows);
    case "register":
      return account.register(op, body, rows);
    case "login":
      return account.login(op, body, rows);
    case "endSession":
      return account.endSession(op, body, rows);
    case "endOtherSessions":
      return account.endOtherSessions(op, body, rows);
    case "changePassword":
      return account.changePassword(op, body, rows);
    case "deleteAccount":
      return account.deleteAccount(op, body, rows);
    case "touch":
      return account.touch(op, body, rows);
  }
}

/** The answer to a request that was decided before; null if it must be decided (again). */
function answerRepeat(
  op: Op,
  hash: string,
  before: RequestRow,
  rows: Rows,
): { result: OpResult; events: readonly ChatEvent[] } | null {
  if (before.hash !== hash) {
    if (!op.recovered) return { result: { ...NO_RESULT, error: "id_reused_with_other_content" }, events: [] };
    // Two branches took different things under one id. Both were accepted, so both stay.
    const twin = rows.request(op.user, branchClientId(op.clientId, hash));
    return twin === null ? null : answerRepeat(op, hash, twin, rows);
  }
  const recorded = recordedResult(before);
  // This branch refused what the other had accepted: what was accepted somewhere is kept.
  if (op.recovered && recorded.error !== "") return null;
  const events = op.recovered && op.body.kind === "register" ? account.adoptSession(op, op.body.session, rows) : [];
  return { result: { ...recorded, repeated: true }, events };
}

/** What was recorded for a request. */
export function recordedResult(row: RequestRow): OpResult {
  if (row.result !== null) return decodeResult(row.result);
  return { ...NO_RESULT, conversation: row.conversation ?? "", seq: row.seq };
}

function branchClientId(clientId: string, hash: string): string {
  return `${clientId}~${hash.slice(0, 8)}`;
}

function resultOf(op: Op, decision: Decision, seq: Seq): OpResult {
  const { error = "", conversation = "", session = "" } = decision;
  return { error, conversation, seq, session, repeated: false, timeMicros: conversation === "" ? 0 : op.timeMicros };
}

function requestOf({ user, clientId }: Op, hash: string, seq: Seq, result: OpResult): RequestRow {
  if (result.conversation !== "") return { user, clientId, hash, seq, conversation: result.conversation, result: null };
  const { error, session } = result;
  return { user, clientId, hash, seq, conversation: null, result: encodeResult({ error, session, seq }) };
}
