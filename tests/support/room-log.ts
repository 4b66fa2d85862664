/** Rooms in a log of chat ops, in plain words: for tests of what people may do there and of what a merge makes of it. */
import type { ChatErrorCode } from "../../src/chat/errors.ts";
import { messageId, type ConversationId, type UserId } from "../../src/chat/ids.ts";
import { roomIdOf } from "../../src/chat/kinds/create-room.ts";
import type { OpBody } from "../../src/chat/kinds/kinds.ts";
import { encodeOp, markRecovered, type Op } from "../../src/chat/kinds/op.ts";
import { ChatLog, RECOVERED, rowsOf, uuid, type Made, type StateUnderTest } from "./chat-log.ts";

/** What somebody does in a room, as the body of an op. */
export const todo = {
  create: (
    name: string,
    more: { isPrivate?: boolean; historyFromJoining?: boolean; topic?: string; people?: readonly UserId[] } = {},
  ) =>
    ({
      kind: "createRoom",
      name,
      folded: name.toLowerCase(),
      skeleton: name.toLowerCase(),
      topic: "",
      isPrivate: false,
      people: [],
      ...more,
    }) as const,
  rename: (room: string, name: string): OpBody => ({
    kind: "renameRoom",
    room,
    name,
    folded: name.toLowerCase(),
    skeleton: name.toLowerCase(),
  }),
  topic: (room: string, topic: string): OpBody => ({ kind: "setTopic", room, topic }),
  hide: (room: string, ...joined: UserId[]): OpBody => ({
    kind: "setPrivate",
    room,
    isPrivate: true,
    seen: "",
    joined,
  }),
  open: (room: string, seen = ""): OpBody => ({ kind: "setPrivate", room, isPrivate: false, seen, joined: [] }),
  archive: (room: string, archived = true): OpBody => ({ kind: "archiveRoom", room, archived }),
  posting: (room: string, adminsOnly: boolean, slowSeconds = 0): OpBody => ({
    kind: "setPosting",
    room,
    adminsOnly,
    slowSeconds,
  }),
  join: (room: string): OpBody => ({ kind: "seatPeople", room, what: "join", people: [] }),
  leave: (room: string): OpBody => ({ kind: "seatPeople", room, what: "leave", people: [] }),
  invite: (room: string, ...people: UserId[]): OpBody => ({ kind: "seatPeople", room, what: "invite", people }),
  remove: (room: string, ...people: UserId[]): OpBody => ({ kind: "seatPeople", room, what: "remove", people }),
  ban: (room: string, person: UserId): OpBody => ({ kind: "ban", room, person, banned: true, seen: "" }),
  unban: (room: string, person: UserId, seen = ""): OpBody => ({ kind: "ban", room, person, banned: false, seen }),
  role: (room: string, person: UserId, role: "member" | "admin" | "owner"): OpBody => ({
    kind: "setRoomRole",
    room,
    person,
    role,
  }),
  say: (room: string, body: string): OpBody => ({ kind: "sendMessage", conversation: room, body, readUpTo: "" }),
};

/** A log with anna, ben, eve and dan, and what is in its rooms. */
export class RoomLog {
  readonly log: ChatLog;
  readonly anna: UserId;
  readonly ben: UserId;
  readonly eve: UserId;
  readonly dan: UserId;

  constructor(state: StateUnderTest) {
    this.log = new ChatLog(state);
    const person = (name: string, n: number): UserId => this.log.person(name, { clientId: uuid(n) });
    [this.anna, this.ben, this.eve, this.dan] = [
      person("anna", 1),
      person("ben", 2),
      person("eve", 3),
      person("dan", 4),
    ];
  }

  /** Makes a room; its id. */
  room(by: UserId, name: string, more: Parameters<typeof todo.create>[1] & { clientId?: string } = {}): ConversationId {
    const { clientId, ...rest } = more;
    const body = todo.create(name, rest);
    const op = this.log.op(by, body, clientId === undefined ? {} : { clientId });
    this.log.apply(op);
    return roomIdOf(op, body);
  }

  do(user: UserId, body: OpBody, more: Partial<Op> = {}): Made {
    return this.log.apply(this.log.op(user, body, more));
  }

  /** Why it was refused; null: it was not. */
  error(user: UserId, body: OpBody, more: Partial<Op> = {}): ChatErrorCode | null {
    return this.do(user, body, more).error;
  }

  /** Says something; the id of the message. */
  say(user: UserId, room: string, text: string, more: Partial<Op> = {}): string {
    const op = this.log.op(user, todo.say(room, text), more);
    this.log.apply(op);
    return messageId(user, op.clientId);
  }

  row(room: string): Record<string, unknown> {
    return rowsOf(this.log, "rooms").find(({ id }) => id === room)!;
  }

  /** Names of all rooms, in their order. */
  names(): string[] {
    return rowsOf(this.log, "rooms")
      .map(({ name }) => String(name))
      .toSorted();
  }

  /** Who is in the room, by what may be read and heard; with the role. */
  people(room: string): string[] {
    const seats = rowsOf(this.log, "seats").filter((seat) => seat["room"] === room);
    return rowsOf(this.log, "members")
      .filter(({ conversation }) => conversation === room)
      .map(
        ({ user }) => `${this.nameOf(String(user))} ${String(seats.find((seat) => seat["user"] === user)?.["role"])}`,
      )
      .toSorted();
  }

  nameOf(user: UserId): string {
    const names = { [this.anna]: "anna", [this.ben]: "ben", [this.eve]: "eve", [this.dan]: "dan" };
    return names[user] ?? "?";
  }

  seat(room: string, user: UserId): Record<string, unknown> | undefined {
    return rowsOf(this.log, "seats").find((seat) => seat["room"] === room && seat["user"] === user);
  }

  /** What was said there, "late" behind what a merge brought. */
  said(room: string): string[] {
    const number = rowsOf(this.log, "conversations").find(({ id }) => id === room)?.["created_seq"];
    return rowsOf(this.log, "messages")
      .filter(({ conversation }) => conversation === number)
      .toSorted((a, b) => Number(a["seq"]) - Number(b["seq"]))
      .map((row) => `${String(row["body"])}${row["recovered"] === 1 ? " late" : ""}`);
  }
}

/** One side of a split: does things, and is told what was done before it. */
export type Side = (side: RoomLog) => void;

/** Applies bytes that another branch has taken, as its fork queue brings them. */
export function recovered(bytes: readonly Uint8Array[]): Uint8Array[] {
  return bytes.map((op) => markRecovered(op, RECOVERED.origin));
}

/** Notes what is applied. */
class NotedLog extends RoomLog {
  readonly ops: Uint8Array[] = [];

  constructor(state: StateUnderTest) {
    super(state);
    const apply = this.log.apply.bind(this.log);
    this.log.apply = (op) => {
      this.ops.push(encodeOp(op));
      return apply(op);
    };
  }
}

/**
 * A history that splits and is merged: `before` on both branches, then each its own. `wins` is what the merge looks
 * like if the first side wins, `other` if the second does. Times of both sides run on alike, and client ids differ.
 */
export function merge(
  state: () => StateUnderTest,
  before: Side,
  sides: readonly [Side, Side],
): { readonly wins: RoomLog; readonly other: RoomLog } {
  const branch = (side: Side, n: number): NotedLog => {
    const log = new NotedLog(state());
    before(log);
    log.ops.length = 0;
    log.log.continueAs(n);
    side(log);
    return log;
  };
  const [first, second] = [branch(sides[0], 1), branch(sides[1], 2)];
  const [a, b] = [[...first.ops], [...second.ops]];
  first.log.append(recovered(b));
  second.log.append(recovered(a));
  return { wins: first, other: second };
}
