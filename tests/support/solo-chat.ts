/**
 * The chat without a cluster: the real service over the real rows (in memory), with a
 * proposer that applies at once. For tests and development of the page and of the API.
 *
 *   const solo = createSoloChat();             // rate limits off, registration open
 *   const anna = await solo.person("anna");    // registered and logged in: {token, session, user}
 *   await solo.chat.send(anna.session, { to: "ben", body: "hi", clientId: crypto.randomUUID() });
 *   solo.outcome = { kind: "no_leader" };      // every write fails like this until set to null
 *   solo.close();
 *
 * createSoloChat(options?: { rateLimit?: boolean; registration?: "open" | "closed"; nowMicros?: () => number }): SoloChat
 */
import { createChat, type Chat } from "../../src/chat/chat.ts";
import type { Position, Presence, ProposalOutcome, Proposer } from "../../src/chat/ports.ts";
import type { Session, UserView } from "../../src/chat/service.ts";
import { StateDb } from "../../src/db/state/state-db.ts";
import type { OpBatch } from "../../src/election/frame.ts";
import type { Seq, View, ViewNo } from "../../src/election/view.ts";

/** Password of everybody made by `person`. */
export const SOLO_PASSWORD = "correct horse";

export interface SoloOptions {
  readonly rateLimit?: boolean;
  readonly registration?: "open" | "closed";
  readonly nowMicros?: () => number;
}

export interface Person {
  readonly token: string;
  readonly session: Session;
  readonly user: UserView;
}

export interface SoloChat {
  readonly chat: Chat;
  readonly state: StateDb;
  readonly position: Position;
  readonly presence: Presence;
  /** While set, no write is applied and every write ends so. */
  outcome: Exclude<ProposalOutcome, { kind: "applied" }> | null;
  /** Registers somebody and authenticates her. */
  person(name: string): Promise<Person>;
  /** Applies encoded ops, as from another replica. */
  apply(ops: readonly Uint8Array[]): void;
  close(): void;
}

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
  const waiting = new Map<string, ((outcome: ProposalOutcome) => void)[]>();
  const apply = (ops: readonly Uint8Array[]): void => {
    const batch: OpBatch = { kind: "op", viewNo: SOLO_VIEW.no, firstSeq: state.appliedSeq() + 1, ops };
    state.apply([batch]);
  };
  const proposer: Proposer = {
    async propose(key, op) {
      if (solo.outcome !== null) return solo.outcome;
      const outcome = new Promise<ProposalOutcome>((resolve) => {
        waiting.set(key, [...(waiting.get(key) ?? []), resolve]);
      });
      // A turn later, as a real proposal: what was proposed together is applied together.
      await Promise.resolve();
      apply([op]);
      return await outcome;
    },
    readIndex: async () => solo.outcome === null,
  };
  const position = soloPosition(state);
  const presence = new SoloPresence();
  const chat = createChat({
    proposer,
    position,
    presence,
    clock: { nowMicros: options.nowMicros ?? (() => Date.now() * 1000), nowMs: () => performance.now() },
    queries: () => state.queries,
    rateLimit: options.rateLimit ?? false,
    registration: options.registration ?? "open",
  });
  state.onApplied = (ops, view) => {
    for (const op of ops) {
      for (const resolve of waiting.get(op.key) ?? []) resolve({ kind: "applied", seq: op.seq, result: op.result });
      waiting.delete(op.key);
    }
    chat.applied(ops, view);
  };
  const solo: SoloChat = {
    chat,
    state,
    position,
    presence,
    outcome: null,
    apply,
    async person(name) {
      const input = { name, password: SOLO_PASSWORD, clientId: crypto.randomUUID() };
      const answer = await chat.register(input, { address: "127.0.0.1" });
      if (!answer.ok) throw new Error(`${name} could not register: ${answer.error.code}`);
      const session = chat.authenticate(answer.value.token);
      if (session === null) throw new Error(`${name} could not log in`);
      return { token: answer.value.token, session, user: answer.value.user };
    },
    close() {
      chat.stop();
      state.close();
    },
  };
  return solo;
}

function soloPosition(state: StateDb): Position {
  const viewNo: ViewNo = SOLO_VIEW.no;
  return {
    applied: () => ({ viewNo, seq: state.appliedSeq() }),
    viewNoAt: (seq: Seq) => (seq >= 1 && seq <= state.appliedSeq() ? viewNo : null),
    waitApplied: async (seq: Seq) => state.appliedSeq() >= seq,
  };
}

/** Who is online is who has a stream here. */
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
}
