/**
 * The residents of the simulated world share a house: rooms in which they do everything that the chat offers, also what
 * excludes each other, at whichever replica answers. The writers beside them (clients.ts) do nothing that anybody could
 * undo, so that each of their effects can be counted; what must hold in the house at the end says house.ts.
 */
import {
  directId,
  messageId,
  passwordId,
  threadIdOf,
  userIdFor,
  type MessageId,
  type UserId,
} from "../../src/chat/ids.ts";
import type { OpBody, OpKind } from "../../src/chat/kinds/kinds.ts";
import { OPERATOR } from "../../src/chat/kinds/roles.ts";
import { encodeOp, opKey } from "../../src/chat/kinds/op.ts";
import type { KeyedOp } from "./chat.ts";
import type { House, Invite, Said } from "./house.ts";
import type { Random } from "./random.ts";
import type { SimReplica } from "./replica.ts";
import type { World } from "./world.ts";

/** An act that is not answered by then is tried at another replica. */
const ANSWER_MS = { low: 900, high: 3_000 };
/** What is not decided after so many attempts is left: its outcome is not known. */
const ATTEMPTS_MAX = 40;
/** Marks the requests of a registration, for `effectOf`. */
const REGISTERS = "00000000";
const OTHERS = "99999999";

/** Something to do. The body is made at each attempt, because it may name what that replica knows. */
export interface Act {
  readonly body: (replica: SimReplica) => OpBody;
  /** Called when it is acknowledged; `key` is that of the op. */
  readonly done?: (clientId: string, key: string) => void;
  /** Called when it is tried first: from now on it may happen. */
  readonly begun?: () => void;
  /** Whose act it is, if not the resident's; "": an operator's. */
  readonly user?: (clientId: string) => UserId;
  /** Its effect is counted by its key: an account or a message. */
  readonly isCounted?: true;
  readonly isRegistration?: true;
}

/** What a kind is done for; a text: why a resident does not do it. Null: there is nothing to do it to just now. */
export type Habit = (me: Resident) => Act | null;

/** Names and texts, few enough that some are taken. */
export const WORDS = ["one", "two", "three", "four", "five", "six"];
/** By an operator's command, because nobody here runs the chat for sure. */
export const OPERATES = { user: () => OPERATOR } as const;

/** What residents do, by kind of op. */
export type Habits = ReadonlyMap<OpKind, Habit>;

/** So that there is something to all the others. */
const OFTEN: readonly OpKind[] = [
  "sendMessage",
  "sendMessage",
  "sendMessage",
  "seatPeople",
  "seatPeople",
  "createRoom",
];

/** See the top of this file. */
export class Resident {
  readonly house: House;
  readonly random: Random;
  readonly #world: World;
  readonly #thinkMs: number;
  readonly #habits: Habits;
  readonly name: string;
  #acts = 0;
  #accounts = 0;
  #stopped = false;
  /** Her account; "" while she has none. */
  id: UserId = "";
  session = "";
  /** True while nothing of hers is under way. */
  idle = true;

  constructor(
    world: World,
    house: House,
    { name, thinkMs, habits }: { readonly name: string; readonly thinkMs: number; readonly habits: Habits },
  ) {
    this.#world = world;
    this.#habits = habits;
    this.house = house;
    this.name = name;
    this.#thinkMs = thinkMs;
    this.random = world.random.split(`resident ${name}`);
  }

  start(): void {
    this.#world.queue.after(this.random.between(0.5, 1.5) * this.#thinkMs, () => this.#next());
  }

  /** Finishes what is under way, and does nothing else. */
  finish(): void {
    this.#stopped = true;
  }

  #next(): void {
    this.idle = this.#stopped;
    if (this.#stopped) return;
    const kind = this.random.chance(0.4) ? this.random.pick(OFTEN) : this.random.pick([...this.#habits.keys()]);
    const act = this.id === "" ? this.newcomer() : this.#habits.get(kind)!(this);
    if (act === null) return this.start();
    this.idle = false;
    const clientId = uuid(act.isRegistration === true ? REGISTERS : OTHERS, this.name, this.#acts++);
    act.begun?.();
    this.#attempt(act, clientId, { begun: this.#world.now, attempts: 1, last: null });
  }

  #attempt(
    act: Act,
    clientId: string,
    life: { readonly begun: number; readonly attempts: number; readonly last: SimReplica | null },
  ): void {
    const { queue, checks, replicas } = this.#world;
    const there = replicas.filter((replica) => replica.alive && replica !== life.last);
    const replica = there.length === 0 ? null : this.random.pick(there);
    let over = false;
    const again = (): void => {
      if (over) return;
      over = true;
      if (life.attempts >= ATTEMPTS_MAX) return this.start();
      this.#attempt(act, clientId, { ...life, attempts: life.attempts + 1, last: replica });
    };
    queue.after(this.random.between(ANSWER_MS.low, ANSWER_MS.high), again);
    replica?.later(this.random.between(0.1, 1), () => {
      if (over) return;
      const stamped = replica.stamp((timeMicros) => this.#op(act, { clientId, timeMicros }, replica));
      replica.submit(stamped, (outcome) => {
        if (over) return;
        if (outcome.kind === "unknown" || outcome.kind === "refused") {
          queue.after(this.random.between(5, 50), again);
          return;
        }
        over = true;
        this.start();
        // A refusal by the rules is an answer like others here.
        if (outcome.kind !== "applied") return;
        checks.coverage.acts++;
        act.done?.(clientId, stamped.key);
        const { seq, viewNo } = outcome;
        const ack = { key: stamped.key, seq, viewNo, replica: replica.id, invokedAt: life.begun, ackedAt: queue.now };
        checks.acked(act.isCounted === true ? ack : { ...ack, effects: [] }, null);
      });
    });
  }

  #op(act: Act, head: { readonly clientId: string; readonly timeMicros: number }, at: SimReplica): KeyedOp {
    const user = act.user?.(head.clientId) ?? this.id;
    const op = encodeOp({ user, ...head, origin: null, recovered: false, body: act.body(at) });
    return { key: opKey(op), op };
  }

  // -- what habits are made of -----------------------------------------------------------

  pick<T>(list: readonly T[]): T | undefined {
    return list.length === 0 ? undefined : this.random.pick(list);
  }

  /** Other residents, at most so many. */
  others(count: number): UserId[] {
    const people = [...this.house.people].filter((id) => id !== this.id);
    return this.random.shuffled(people).slice(0, count);
  }

  about(make: (person: UserId) => Act | null): Act | null {
    const [person] = this.others(1);
    return person === undefined ? null : make(person);
  }

  inRoom(make: (room: string) => Act | null): Act | null {
    const room = this.pick(this.house.rooms)?.id;
    return room === undefined ? null : make(room);
  }

  /** The same by somebody who runs the room; but not always. */
  runRoom(make: (room: string) => Act | null): Act | null {
    const room = this.pick(this.house.rooms);
    const act = room === undefined ? null : make(room.id);
    return act !== null && this.random.chance(0.7) ? { user: () => room!.founder, ...act } : act;
  }

  onMessage(make: (message: Said) => Act | null): Act | null {
    const message = this.pick(this.house.messages);
    return message === undefined ? null : make(message);
  }

  /** Somebody pins or saves a message, or takes that back. */
  marking(kind: "pin" | "save", message: MessageId, by: UserId): Act {
    const on = this.random.chance(0.6);
    return { user: () => by, body: () => ({ kind, message, on }) };
  }

  newSession(checked: string): { readonly id: string; readonly tokenHash: string } {
    const nonce = this.random.hex16();
    return { id: `s ${nonce}`, tokenHash: `token by ${checked} ${nonce}` };
  }

  /** A login as a replica makes it that has checked the password against its rows. */
  passwordAt({ state }: SimReplica): {
    readonly session: ReturnType<Resident["newSession"]>;
    readonly checked: string;
  } {
    const checked = passwordId(state.domain.passwordOf(this.id));
    return { session: this.newSession(checked), checked };
  }

  /** She registers, as the first one or anew, sometimes by a link. */
  newcomer(): Act | null {
    if (this.id !== "" && this.random.chance(0.9)) return null;
    const name = `${this.name}${this.#accounts++}`;
    const link: Invite | undefined = this.random.chance(0.6) ? this.pick(this.house.invites) : undefined;
    const invite = link === undefined ? null : link;
    const passwordHash = `hash ${this.random.hex16()}`;
    const account = (clientId: string): UserId => userIdFor(name, clientId);
    return {
      isCounted: true,
      isRegistration: true,
      user: account,
      done: (clientId) => {
        if (this.id !== "") this.house.people.delete(this.id);
        this.id = account(clientId);
        this.house.people.add(this.id);
      },
      body: () => {
        const session = this.newSession(passwordId(passwordHash));
        this.session = session.id;
        return { kind: "register", name, folded: name, passwordHash, session, invite };
      },
    };
  }

  /** Her account is deleted. */
  leaves(): void {
    this.house.people.delete(this.id);
    this.id = "";
  }

  /** Something in a room, in a thread below a message, or to one person. */
  says(): Act | null {
    const root = this.random.chance(0.3) ? this.pick(this.house.messages.filter((one) => one.isRoot)) : undefined;
    const room = this.pick(this.house.rooms)?.id;
    const [person] = this.others(1);
    const parent = root?.conversation;
    const conversation =
      root !== undefined
        ? threadIdOf(root.id)
        : (room ?? (person === undefined ? undefined : directId(this.id, person)));
    if (conversation === undefined) return null;
    const quoted = this.random.chance(0.2) ? (this.pick(this.house.messages)?.id ?? "") : "";
    const mentions = (this.random.chance(0.3) ? this.others(1) : []).map((user) => ({
      user,
      name: "x",
      silent: false,
    }));
    const author = this.id;
    const said = { kind: "sendMessage", conversation, body: `said ${this.random.hex16()}`, readUpTo: "" } as const;
    return {
      isCounted: true,
      done: (clientId) => {
        this.house.say({ id: messageId(author, clientId), author, conversation, isRoot: root === undefined });
      },
      body: () => ({ ...said, quoted, mentions, ...(parent === undefined ? {} : { parent }) }),
    };
  }
}

function uuid(prefix: string, name: string, n: number): string {
  const who = Buffer.from(name).toString("hex").padStart(4, "0").slice(-4);
  return `${prefix}-${who}-4000-8000-${n.toString(16).padStart(12, "0")}`;
}
