/**
 * The residents of the simulated world share a house: rooms in which they do everything that the chat offers, also what
 * excludes each other, at whichever replica answers. The writers beside them (clients.ts) do nothing that anybody could
 * undo, so that each of their effects can be counted; what must hold in the house at the end says house.ts.
 */
import {
  directId,
  groupIdFor,
  messageId,
  passwordId,
  threadIdOf,
  userIdFor,
  type MessageId,
  type UserId,
} from "../../src/chat/ids.ts";
import { inviteIdOf } from "../../src/chat/kinds/create-invite.ts";
import { roomIdOf } from "../../src/chat/kinds/create-room.ts";
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
interface Act {
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
type Habit = (me: Resident) => Act | null;

const WORDS = ["one", "two", "three", "four", "five", "six"];
/** By an operator's command, because nobody here runs the chat for sure. */
const OPERATES = { user: () => OPERATOR } as const;
const EMOJI = ["👍", "❤️"];

/** What residents do, by kind of op. */
const HABITS: Record<OpKind, Habit | string> = {
  marks: "readers do (readers.ts), through the gatherer",
  enable: "the format gate does",
  pushed: "only the leader does, and what a merge brings of it has no effect (push.test.ts)",
  subscribePush: "push.test.ts has its merges; nothing else depends on it",
  unsubscribePush: "as subscribePush",
  drafts: "no request, and a replica gathers them as it gathers marks; drafts.test.ts has their merges",

  register: (me) => me.newcomer(),
  login: (me) => {
    const id = `s ${me.random.hex16()}`;
    return {
      body: (at) => {
        const { checked, session } = me.passwordAt(at);
        return { kind: "login", checked, session: { ...session, id } };
      },
    };
  },
  touch: (me) => ({ body: () => ({ kind: "touch", session: me.session }) }),
  endSession: (me) => ({ body: () => ({ kind: "endSession", session: me.session }) }),
  endOtherSessions: (me) => ({ body: () => ({ kind: "endOtherSessions", keepSession: me.session }) }),
  changePassword: (me) => {
    const passwordHash = `hash ${me.random.hex16()}`;
    const change = { kind: "changePassword", passwordHash, keepSession: "" } as const;
    return { body: (at) => ({ ...change, checked: me.passwordAt(at).checked }) };
  },
  createReset: (me) =>
    me.about((person) => {
      const tokenHash = `reset ${me.random.hex16()}`;
      me.house.resets.set(person, tokenHash);
      return { ...OPERATES, body: () => ({ kind: "createReset", person, tokenHash }) };
    }),
  resetPassword: (me) =>
    me.about((person) => {
      const tokenHash = me.house.resets.get(person);
      if (tokenHash === undefined) return null;
      const passwordHash = `hash ${me.random.hex16()}`;
      const session = me.newSession(passwordId(passwordHash));
      return { user: () => person, body: () => ({ kind: "resetPassword", tokenHash, passwordHash, session }) };
    }),
  setActive: (me) =>
    me.about((person) => {
      const active = me.random.chance(0.7);
      const { off } = me.house;
      return {
        ...OPERATES,
        begun: () => active && off.lift(person),
        done: () => active || off.add(person),
        body: (at) => ({ kind: "setActive", person, active, seen: me.house.tagOfDeactivation(at, person) }),
      };
    }),
  deleteAccount: (me) => {
    if (me.random.chance(0.7)) return null;
    const deleteMessages = me.random.chance(0.3);
    const { id } = me;
    return {
      done: () => {
        me.house.deleted.add(id);
        me.leaves();
      },
      body: (at) => ({ kind: "deleteAccount", deleteMessages, checked: me.passwordAt(at).checked }),
    };
  },
  setRole: (me) =>
    me.about((person) => {
      const role = me.random.pick(["member", "admin", "owner", "guest"] as const);
      return { ...OPERATES, body: () => ({ kind: "setRole", person, role }) };
    }),

  createInvite: (me) => {
    const rooms = me.house.rooms.slice(0, 1).map(({ id }) => id);
    const tokenHash = `invite ${me.random.hex16()}`;
    const asked = { role: me.random.pick(["member", "guest"] as const), rooms, usesMax: 1, seconds: 3_600 };
    if (asked.role === "guest" && rooms.length === 0) return null;
    const by = OPERATOR;
    return {
      ...OPERATES,
      done: (clientId) => {
        const id = inviteIdOf({ user: by, clientId }, { ...asked, tokenHash });
        me.house.addInvite({ id, role: asked.role, rooms, by });
      },
      body: () => ({ kind: "createInvite", tokenHash, ...asked }),
    };
  },
  revokeInvite: (me) => {
    const invite = me.pick(me.house.invites)?.id;
    if (invite === undefined) return null;
    return {
      ...OPERATES,
      done: () => me.house.revoked.add(invite),
      body: (at) => ({ kind: "revokeInvite", invite, used: me.house.usersOf(at, invite) }),
    };
  },

  createRoom: (me) => {
    if (me.house.isFull) return null;
    const name = me.random.pick(WORDS);
    const shape = { name, folded: name, skeleton: name, topic: "" };
    const isPrivate = me.random.chance(0.4);
    const historyFromJoining = isPrivate && me.random.chance(0.7);
    const body = { kind: "createRoom", ...shape, isPrivate, historyFromJoining, people: me.others(2) } as const;
    const user = me.id;
    const add = (clientId: string): void => me.house.addRoom(roomIdOf({ user, clientId }, body), user);
    return { done: add, body: () => body };
  },
  nameGroup: (me) => {
    const people = [me.id, ...me.others(2)].toSorted();
    const room = groupIdFor(people, 0);
    if (people.length < 3 || me.house.isFull) return null;
    const name = me.random.pick(WORDS);
    const named = { name, folded: name, skeleton: name, topic: "", historyFromJoining: me.random.chance(0.5) };
    const begin = { kind: "sendMessage", conversation: room, body: "we", readUpTo: "", people } as const;
    if (!me.house.groups.has(room))
      return { isCounted: true, done: () => me.house.groups.add(room), body: () => begin };
    const user = me.id;
    return { done: () => me.house.addRoom(room, user), body: () => ({ kind: "nameGroup", room, people, ...named }) };
  },
  renameRoom: (me) =>
    me.runRoom((room) => {
      const name = me.random.pick(WORDS);
      return { body: () => ({ kind: "renameRoom", room, name, folded: name, skeleton: name }) };
    }),
  setTopic: (me) => me.runRoom((room) => ({ body: () => ({ kind: "setTopic", room, topic: me.random.pick(WORDS) }) })),
  setPrivate: (me) =>
    me.runRoom((room) => {
      const isPrivate = me.random.chance(0.7);
      const { closed } = me.house;
      return {
        begun: () => isPrivate || closed.lift(room),
        done: (_, key) => isPrivate && closed.add(room, key),
        body: (at) => ({ kind: "setPrivate", room, isPrivate, ...me.house.seenOfRoom(at, room) }),
      };
    }),
  archiveRoom: (me) =>
    me.runRoom((room) => ({ body: () => ({ kind: "archiveRoom", room, archived: me.random.chance(0.3) }) })),
  setPosting: (me) =>
    me.runRoom((room) => {
      const how = { adminsOnly: me.random.chance(0.2), slowSeconds: 0 };
      return { body: () => ({ kind: "setPosting", room, ...how }) };
    }),
  seatPeople: (me) =>
    me.inRoom((room) => {
      const what = me.random.pick(["join", "join", "leave", "invite", "invite", "remove"] as const);
      const people = what === "join" || what === "leave" ? [] : me.others(2);
      if (people.length === 0 && (what === "invite" || what === "remove")) return null;
      const founder = me.house.rooms.find(({ id }) => id === room)!.founder;
      const by = what === "remove" || what === "invite" ? { user: () => founder } : {};
      return { ...by, body: () => ({ kind: "seatPeople", room, what, people }) };
    }),
  ban: (me) =>
    me.runRoom((room) => {
      const [person] = me.others(1);
      if (person === undefined) return null;
      const banned = me.random.chance(0.7);
      const { bans } = me.house;
      const key = `${room} ${person}`;
      return {
        begun: () => banned || bans.lift(key),
        done: () => banned && bans.add(key),
        body: (at) => ({ kind: "ban", room, person, banned, seen: me.house.tagOfSeat(at, room, person) }),
      };
    }),
  setRoomRole: (me) =>
    me.runRoom((room) => {
      const [person] = me.others(1);
      if (person === undefined) return null;
      const role = me.random.pick(["member", "admin", "owner"] as const);
      return { body: () => ({ kind: "setRoomRole", room, person, role }) };
    }),

  sendMessage: (me) => me.says(),
  react: (me) =>
    me.onMessage(({ id }) => {
      const how = { emoji: me.random.pick(EMOJI), on: me.random.chance(0.7) };
      return { body: () => ({ kind: "react", message: id, ...how }) };
    }),
  pin: (me) => me.onMessage(({ id, author }) => me.marking("pin", id, author)),
  markUnread: (me) => me.onMessage(({ id }) => ({ body: () => ({ kind: "markUnread", message: id }) })),
  save: (me) => me.onMessage(({ id }) => me.marking("save", id, me.id)),
  editMessage: (me) =>
    me.onMessage(({ id, author }) => {
      const body = `edited ${me.random.hex16()}`;
      return { user: () => author, body: () => ({ kind: "editMessage", message: id, body }) };
    }),
  deleteMessages: (me) =>
    me.onMessage(({ id, author }) => {
      const isOwn = me.random.chance(0.5);
      const body = { kind: "deleteMessages", ids: [id], forEveryone: !isOwn && me.random.chance(0.7) } as const;
      const isGone = isOwn || body.forEveryone;
      return {
        ...(isOwn ? { user: () => author } : {}),
        done: () => isGone && me.house.gone.add(id),
        body: () => body,
      };
    }),
  follow: (me) =>
    me.onMessage(({ id, conversation, isRoot }) => {
      const on = me.random.chance(0.6);
      return { body: () => ({ kind: "follow", thread: isRoot ? threadIdOf(id) : conversation, on }) };
    }),
  report: (me) =>
    me.onMessage(({ id, conversation }) => {
      const why = me.random.pick(WORDS);
      me.house.reports.push({ message: id, by: me.id });
      return { body: () => ({ kind: "report", message: id, conversation, why, words: "said" }) };
    }),
  settleReport: (me) => {
    const report = me.pick(me.house.reports);
    if (report === undefined) return null;
    const [first] = me.house.people;
    const done = me.random.chance(0.7);
    return { user: () => first ?? me.id, body: () => ({ kind: "settleReport", ...report, done }) };
  },
  setProfile: (me) => {
    const text = me.random.pick(["", "Ann", "Bob", me.name]);
    const displayName = { text, folded: text.toLowerCase(), skeleton: text.toLowerCase() };
    const status = { emoji: "", text: me.random.pick(WORDS), seconds: 0, untilMicros: 0 };
    const isName = me.random.chance(0.5);
    const body = isName ? { displayName, status: null } : { displayName: null, status };
    return { body: () => ({ kind: "setProfile", ...body, timeZone: null }) };
  },
  setPreference: (me) =>
    me.inRoom((room) => {
      const [field, value] = me.random.pick([
        ["starred", "yes"],
        ["muted", "no"],
        ["level", "nothing"],
      ] as const);
      return { body: () => ({ kind: "setPreference", conversation: room, field, value }) };
    }),
};

const DONE = (Object.keys(HABITS) as OpKind[]).flatMap((kind) => {
  const habit = HABITS[kind];
  return typeof habit === "function" ? [{ kind, habit }] : [];
});
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
  readonly name: string;
  #acts = 0;
  #accounts = 0;
  #stopped = false;
  /** Her account; "" while she has none. */
  id: UserId = "";
  session = "";
  /** True while nothing of hers is under way. */
  idle = true;

  constructor(world: World, house: House, name: string, thinkMs: number) {
    this.#world = world;
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
    const kind = this.random.chance(0.4) ? this.random.pick(OFTEN) : this.random.pick(DONE).kind;
    const act = this.id === "" ? this.newcomer() : (HABITS[kind] as Habit)(this);
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
