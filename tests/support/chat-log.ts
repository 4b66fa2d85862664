/**
 * A log of chat ops for tests of the rules: it makes ops from a few words, applies them to a
 * state machine under test, and returns the results.
 */
import type { AppliedOp, OpResult } from "../../src/chat/applied-op.ts";
import { afterAll } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { applyOp, type ApplyOp } from "../../src/chat/kinds/apply.ts";
import type { Fact } from "../../src/chat/fact.ts";
import type { ChatErrorCode } from "../../src/chat/errors.ts";
import { directId, messageId, userIdFor } from "../../src/chat/ids.ts";
import type { OpBody } from "../../src/chat/kinds/kinds.ts";
import type { Mark } from "../../src/chat/kinds/marks.ts";
import { encodeOp, type Op } from "../../src/chat/kinds/op.ts";
import { StateDb } from "../../src/db/state/state-db.ts";
import { dumpTables } from "../../src/db/state/state-hash.ts";
import type { Batch } from "../../src/election/frame.ts";
import type { AppliedGroup } from "../../src/election/ports.ts";
import type { View } from "../../src/election/view.ts";
import { MemoryState } from "./memory-state.ts";

/** What the contract suites need from both implementations. */
export interface StateUnderTest {
  apply(batches: readonly Batch[]): readonly AppliedGroup<AppliedOp>[];
  appliedSeq(): number;
  appliedView(): string;
  firstView(): string;
  hash(): { readonly seq: number; readonly hash: string };
  refusedAfter(after: number, rest: readonly Batch[]): ReadonlySet<number>;
}

const folder = mkdtempSync(join(tmpdir(), "lastword-rows-"));
const opened: StateDb[] = [];
let made = 0;

function clear(): void {
  for (const state of opened.splice(0)) state.close();
  rmSync(folder, { recursive: true, force: true });
}
// afterAll runs after the first of the test files in a process, "exit" after the others.
afterAll(clear);
process.on("exit", clear);

function open(path: string, rules: ApplyOp): StateDb {
  mkdirSync(folder, { recursive: true });
  const state = new StateDb(path, { rules });
  opened.push(state);
  return state;
}

/** Both implementations, and SQLite in memory for long runs. */
export const STATES: Record<"memory" | "sqlite" | "sqlite in memory", (rules?: ApplyOp) => StateUnderTest> = {
  memory: (rules = applyOp) => new MemoryState({ rules }),
  sqlite: (rules = applyOp) => open(join(folder, `state-${made++}.db`), rules),
  "sqlite in memory": (rules = applyOp) => open(":memory:", rules),
};

/** A message that begins with this makes `poisonRules` throw. */
export const POISON = "poison";
/** The rules, which throw after they have applied an op with such a message. */
export const poisonRules: ApplyOp = (bytes, seq, rows) => {
  const applied = applyOp(bytes, seq, rows);
  for (const event of applied.facts) {
    if (event.kind === "message" && event.message.body.startsWith(POISON)) throw new TypeError("poison");
  }
  return applied;
};

/** The first entry of every ChatLog. */
export const FIRST_VIEW: View = {
  no: { ballot: { counter: 1, replicaId: 0, nonce: "00000000000000aa" }, minor: 0 },
  startSeq: 1,
  leader: 0,
  members: [{ replicaId: 0, storeId: "00000000000000bb" }],
  forkRisk: null,
  consistency: "available",
  recovery: "any",
};

/** A readable UUID for a number. */
export function uuid(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
}

/** The result of an op. */
export interface Made {
  readonly result: OpResult;
  /** Why the op was refused; null if it was not. */
  readonly error: ChatErrorCode | null;
  readonly facts: readonly Fact[];
  readonly seq: number;
}

/** Why an op, or its first mark, was refused; null if it was not. */
function errorOf(result: OpResult): ChatErrorCode | null {
  if (result.kind === "marked") return result.refusals[0] ?? null;
  return result.kind === "refused" ? result.error : null;
}

/** See the top of this file. */
export class ChatLog {
  readonly state: StateUnderTest;
  readonly applied: AppliedOp[] = [];
  /** The session of each user's registration. */
  readonly #sessions = new Map<string, string>();
  #clientIds = 1000;
  #micros = 1_000_000;

  constructor(state: StateUnderTest) {
    this.state = state;
    state.apply([{ kind: "view", view: FIRST_VIEW }]);
  }

  nextClientId(): string {
    this.#clientIds += 1;
    return uuid(this.#clientIds);
  }

  /** Goes on as one branch of a split, whose client ids are not those of another. */
  continueAs(branch: number): void {
    this.#clientIds += branch * 100_000;
  }

  op(user: string, body: OpBody, more: Partial<Op> = {}): Op {
    this.#micros += 1;
    return {
      user,
      clientId: this.nextClientId(),
      timeMicros: this.#micros,
      origin: null,
      recovered: false,
      body,
      ...more,
    };
  }

  append(bytes: readonly Uint8Array[]): readonly AppliedOp[] {
    const firstSeq = this.state.appliedSeq() + 1;
    const groups = this.state.apply([{ kind: "op", viewNo: FIRST_VIEW.no, firstSeq, ops: bytes }]);
    // Ops that were rolled back before are returned again, before these.
    const ops = groups.flatMap((group) => group.ops).filter(({ seq }) => seq >= firstSeq);
    this.applied.push(...ops);
    return ops;
  }

  apply(op: Op): Made {
    const [applied] = this.append([encodeOp(op)]);
    const { result, facts, seq } = applied!;
    return { result, error: errorOf(result), facts, seq };
  }

  /** Applies an op and returns its error code; null if it was not refused. */
  error(user: string, body: OpBody, more: Partial<Op> = {}): ChatErrorCode | null {
    return this.apply(this.op(user, body, more)).error;
  }

  /** Registers a name, and returns the id of the account. */
  person(name: string, more: Partial<Op> = {}): string {
    const op = this.registration(name, more);
    this.apply(op);
    return op.user;
  }

  registration(name: string, more: Partial<Op> = {}): Op {
    const clientId = more.clientId ?? this.nextClientId();
    const folded = name.toLowerCase();
    const session = { id: `session-${clientId.slice(-4)}`, tokenHash: `token-${clientId.slice(-6)}` };
    const body: OpBody = { kind: "register", name, folded, passwordHash: `hash of ${name}`, session };
    const user = userIdFor(folded, clientId);
    this.#sessions.set(user, session.id);
    return this.op(user, body, { ...more, clientId });
  }

  /** A user's mark, with the session of her registration: single messages, or all up to `upTo`. */
  mark(user: string, ids: readonly string[], upTo: string | null = null): Mark {
    return { user, session: this.#sessions.get(user) ?? "none", upTo, ids };
  }

  /** Applies marks as one op. */
  read(marks: readonly Mark[], more: Partial<Op> = {}): Made {
    return this.apply(this.op("", { kind: "marks", marks }, more));
  }

  /** Sends a message from one user to another, and returns its id. */
  message(from: string, to: string, text: string, more: Partial<Op> & { readUpTo?: string } = {}): string {
    const { readUpTo = "", ...rest } = more;
    const op = this.op(from, { kind: "sendMessage", conversation: directId(from, to), body: text, readUpTo }, rest);
    this.apply(op);
    return messageId(from, op.clientId);
  }
}

/** The fields of an op of a branch that lost. */
export const RECOVERED = { recovered: true, origin: { replica: 1, view: "2.1.00000000000000cc.0" } };

/** The rows of a table, with the columns of the database. */
export function rowsOf(log: ChatLog, name: string): Record<string, unknown>[] {
  const { state } = log;
  if (state instanceof MemoryState) return state.dump()[name]!;
  return dumpTables((state as StateDb).client())[name] as Record<string, unknown>[];
}

/** The bodies of all messages, in their order; null for deleted ones. */
export function bodies(log: ChatLog): unknown[] {
  return rowsOf(log, "messages")
    .sort((a, b) => Number(a["seq"]) - Number(b["seq"]))
    .map((row) => (row["deleted"] === 1 ? null : row["body"]));
}

/** The kinds of the facts. */
export function kinds(facts: readonly Fact[]): string[] {
  return facts.map((event) => event.kind);
}
