/**
 * The chat without a cluster: the real service over the real rows (in memory), with a proposer
 * that applies at once. For tests and for development of the page and the API.
 *
 *   const solo = createSoloChat();             // rate limits off, registration open
 *   const anna = await solo.person("anna");    // registered and logged in: {token, session, user}
 *   await solo.chat.send(anna.session, { to: "ben", body: "hi", clientId: crypto.randomUUID() });
 *   solo.outcome = { kind: "no_leader" };      // every write fails like this until set to null
 *   solo.close();
 *
 * createSoloChat(options?: SoloOptions): SoloChat
 */
import type { FileQuota, Registration } from "../../src/base/modes.ts";
import { createChat, type Chat } from "../../src/chat/service/chat.ts";
import { randomId, tokenHash, userIdFor } from "../../src/chat/ids.ts";
import type { OpBody } from "../../src/chat/kinds/kinds.ts";
import { encodeOp } from "../../src/chat/kinds/op.ts";
import type { Position, Presence, OpOutcome, Proposer } from "../../src/chat/ports.ts";
import type { Session, UserView } from "../../src/chat/chat-service.ts";
import type { Files } from "../../src/chat/files.ts";
import type { PushSender } from "../../src/chat/push-service.ts";
import type { Queries } from "../../src/chat/queries.ts";
import { NO_FILES } from "./no-files.ts";
import { InlineSearch } from "./inline-search.ts";
import { StateDb } from "../../src/db/state/state-db.ts";
import type { OpBatch } from "../../src/election/frame.ts";
import type { Seq, View, ViewNo } from "../../src/election/view.ts";

/** The password of everybody whom `person` registers. */
export const SOLO_PASSWORD = "correct horse";

/** How a {@link SoloChat} is made. */
export interface SoloOptions {
  /** Why ops of a format cannot be written yet; by default all can. */
  readonly whyNot?: (format: number) => string | null;
  readonly rateLimit?: boolean;
  readonly registration?: Registration;
  readonly streamsPerUser?: number;
  readonly fileQuota?: FileQuota;
  readonly nowMicros?: () => number;
  /** Default: pushing is turned off. */
  readonly pushSender?: PushSender;
  /** How long marks are gathered, ms; default 0. */
  readonly gatherMarksMs?: number;
  /** Where files are; by default nobody can upload one. */
  readonly files?: Files;
}

/** A registered and logged-in user. */
export interface Person {
  readonly token: string;
  readonly session: Session;
  readonly user: UserView;
}

/** See the top of this file. */
export interface SoloChat {
  readonly chat: Chat;
  readonly state: StateDb;
  readonly position: Position;
  readonly presence: Presence;
  readonly search: InlineSearch;
  /** While set, no write is applied, and every write has this outcome. */
  outcome: OpOutcome | null;
  /** The ops that were not applied because of `outcome`. */
  readonly lost: Uint8Array[];
  /** While set, these answers replace those of the rows, as at a replica that lags behind. Catching up clears it. */
  lagging: Partial<Queries> | null;
  /** If set, answers read indexes. Otherwise they succeed while writes are applied. */
  readIndex: (() => Promise<boolean>) | null;
  /** Registers a user and authenticates her. */
  person(name: string): Promise<Person>;
  /** Applies encoded ops, as from another replica. */
  apply(ops: readonly Uint8Array[]): void;
  close(): void;
}

/** Maximum wait for a seq. No other replica writes, so a longer wait would be in vain. */
const WAIT_MAX_MS = 50;

const SOLO_VIEW: View = {
  no: { ballot: { counter: 1, replicaId: 0, nonce: "00000000000000aa" }, minor: 0 },
  startSeq: 1,
  leader: 0,
  members: [{ replicaId: 0, storeId: "00000000000000bb" }],
  forkRisk: null,
  consistency: "available",
  recovery: "any",
};

/** See the top of this file. */
export function createSoloChat(options: SoloOptions = {}): SoloChat {
  const state = new StateDb(":memory:");
  state.apply([{ kind: "view", view: SOLO_VIEW }]);
  const waiting = new Map<string, ((outcome: OpOutcome) => void)[]>();
  const apply = (ops: readonly Uint8Array[]): void => {
    const batch: OpBatch = { kind: "op", viewNo: SOLO_VIEW.no, firstSeq: state.appliedSeq() + 1, ops };
    for (const group of state.apply([batch])) {
      for (const op of group.ops) {
        for (const resolve of waiting.get(op.key) ?? []) resolve({ kind: "applied", seq: op.seq, result: op.result });
        waiting.delete(op.key);
      }
      chat.applied(group.ops, group.view);
    }
  };
  const proposer = soloProposer(waiting, apply, () => solo);
  const position = soloPosition(state, () => solo);
  const presence = new SoloPresence();
  const search = new InlineSearch(() => state.client());
  const chat = createChat({
    search,
    proposer,
    position,
    presence,
    clock: { nowMicros: options.nowMicros ?? (() => Date.now() * 1000), nowMs: () => performance.now() },
    whyNot: options.whyNot ?? (() => null),
    files: options.files ?? NO_FILES,
    queries: () => (solo.lagging === null ? state.queries : behind(state.queries, solo.lagging)),
    rateLimit: options.rateLimit ?? false,
    registration: options.registration ?? "open",
    linkKey: new Uint8Array(32),
    streamsPerUser: options.streamsPerUser ?? 50,
    fileQuota: options.fileQuota ?? { perPerson: null, inAll: null },
    push: { sender: options.pushSender ?? null, leads: () => true, afterMs: 30_000 },
    onProjectionFailed: (_name, error) => {
      throw error;
    },
    gatherMarksMs: options.gatherMarksMs ?? 0,
  });
  const solo: SoloChat = {
    chat,
    state,
    position,
    presence,
    search,
    outcome: null,
    lost: [],
    lagging: null,
    readIndex: null,
    apply,
    person: (name) => registered(name, solo, options.nowMicros),
    close() {
      chat.stop();
      state.close();
    },
  };
  return solo;
}

async function registered(name: string, solo: SoloChat, nowMicros: (() => number) | undefined): Promise<Person> {
  const token = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url");
  const { state, chat } = solo;
  const { user, op } = await registration(name, crypto.randomUUID(), token, state.queries.newestMicros(), nowMicros);
  solo.apply([op]);
  const session = chat.authenticate(token);
  const row = state.queries.user(user);
  if (session === null || row === null) throw new Error(`${name} could not register`);
  const view = { id: user, name, displayName: name, deleted: false, online: false, lastSeenMicros: row.lastSeenMicros };
  return { token, session, user: { ...view, role: state.queries.role(user) } };
}

/** Applies a proposed op, unless the test has set an outcome. */
function soloProposer(
  waiting: Map<string, ((outcome: OpOutcome) => void)[]>,
  apply: (ops: readonly Uint8Array[]) => void,
  solo: () => SoloChat,
): Proposer {
  return {
    async propose(key, op) {
      const { outcome: told, lost } = solo();
      if (told !== null) {
        lost.push(op);
        return told;
      }
      const outcome = new Promise<OpOutcome>((resolve) => {
        waiting.set(key, [...(waiting.get(key) ?? []), resolve]);
      });
      // Apply it a microtask later, like a real proposal, so that ops proposed together wait together.
      await Promise.resolve();
      apply([op]);
      return await outcome;
    },
    async readIndex() {
      const { readIndex, outcome } = solo();
      if (readIndex !== null) return await readIndex();
      if (outcome !== null) return false;
      solo().lagging = null;
      return true;
    },
  };
}

/** `queries` with some of its methods replaced. */
function behind(queries: Queries, answers: Partial<Queries>): Queries {
  return new Proxy(queries, {
    get(_target, name: keyof Queries) {
      const own: unknown = queries[name];
      return answers[name] ?? (typeof own === "function" ? own.bind(queries) : own);
    },
  });
}

let passwordHash: Promise<string> | null = null;

/**
 * A registration as the service would make it. The hash of the common password is made only once, and of the least
 * cost: a check of it then costs next to nothing, and no test here is about the cost (limits.test.ts is).
 */
async function registration(
  name: string,
  clientId: string,
  token: string,
  newestMicros: number,
  nowMicros: (() => number) | undefined,
): Promise<{ user: string; op: Uint8Array }> {
  passwordHash ??= Bun.password.hash(SOLO_PASSWORD, { algorithm: "argon2id", memoryCost: 8, timeCost: 1 });
  const folded = name.toLowerCase();
  const user = userIdFor(folded, clientId);
  const session = { id: randomId(), tokenHash: tokenHash(token) };
  const timeMicros = Math.max(nowMicros?.() ?? Date.now() * 1000, newestMicros + 1);
  const body: OpBody = { kind: "register", name, folded, passwordHash: await passwordHash, session };
  return { user, op: encodeOp({ user, clientId, timeMicros, origin: null, recovered: false, body }) };
}

function soloPosition(state: StateDb, solo: () => SoloChat): Position {
  const viewNo: ViewNo = SOLO_VIEW.no;
  return {
    applied: () => ({ viewNo, seq: state.appliedSeq() - (solo().lagging === null ? 0 : 1) }),
    viewNoAt: (seq: Seq) => (seq >= 1 && seq <= state.appliedSeq() ? viewNo : null),
    async waitApplied(seq: Seq, timeoutMs: number) {
      solo().lagging = null;
      const until = performance.now() + Math.min(timeoutMs, WAIT_MAX_MS);
      while (state.appliedSeq() < seq && performance.now() < until)
        await new Promise((resolve) => setImmediate(resolve));
      return state.appliedSeq() >= seq;
    },
  };
}

/** The presence of one replica: users with a stream here are online. */
export class SoloPresence implements Presence {
  readonly #online = new Set<string>();
  readonly #listeners: ((userId: string, online: boolean) => void)[] = [];

  isOnline(userId: string): boolean {
    return this.#online.has(userId);
  }

  setLocal(userId: string, online: boolean): void {
    if (online) this.#online.add(userId);
    else this.#online.delete(userId);
    for (const listener of this.#listeners) listener(userId, online);
  }

  onChange(listener: (userId: string, online: boolean) => void): void {
    this.#listeners.push(listener);
  }

  /** Does nothing, because there is no other replica. */
  sendTyping(): void {}
  onTyping(): void {}
}
