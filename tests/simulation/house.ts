/**
 * The house of the residents (residents.ts): what is in it, what has been acknowledged about it, and what must hold in
 * the rows at the end, whatever was split and merged: nothing that was forbidden on either side is there.
 */
import {
  rootOf,
  splitMessageId,
  type ConversationId,
  type InviteId,
  type MessageId,
  type UserId,
} from "../../src/chat/ids.ts";
import { microsOf } from "../../src/chat/kinds/tags.ts";
import { sees, type Role } from "../../src/chat/rows.ts";
import type { SimReplica } from "./replica.ts";
import type { SimDomain } from "./state.ts";

/** A message that a resident has written. */
export interface Said {
  readonly id: MessageId;
  readonly author: UserId;
  readonly conversation: ConversationId;
  /** Not in a thread. */
  readonly isRoot: boolean;
}

/** A link that a resident has made. */
export interface Invite {
  readonly id: InviteId;
  readonly role: Role;
  readonly rooms: readonly ConversationId[];
  readonly by: UserId;
}

/** Few, so that people meet. */
const ROOMS_MAX = 4;
const MESSAGES_MAX = 10;
const INVITES_MAX = 3;

type Row = Readonly<Record<string, unknown>>;
type Rows = Readonly<Record<string, readonly Row[]>>;

/** Prohibitions that were acknowledged, by key. One that somebody has tried to lift says nothing any more. */
class Prohibitions {
  readonly #ops = new Map<string, string[]>();
  readonly #lifted = new Set<string>();

  /** `op`: the key of the op. */
  add(key: string, op = ""): void {
    this.#ops.set(key, [...(this.#ops.get(key) ?? []), op]);
  }

  lift(key: string): void {
    this.#lifted.add(key);
  }

  /** Those that stand, with the keys of their ops. */
  *[Symbol.iterator](): Generator<readonly [key: string, ops: readonly string[]]> {
    for (const [key, ops] of this.#ops) if (!this.#lifted.has(key)) yield [key, ops];
  }
}

/** See the top of this file. */
export class House {
  /** Who lives here, by the last account of each resident. */
  readonly people = new Set<UserId>();
  readonly rooms: { readonly id: ConversationId; readonly founder: UserId }[] = [];
  readonly groups = new Set<ConversationId>();
  readonly messages: Said[] = [];
  readonly invites: Invite[] = [];
  readonly reports: { readonly message: MessageId; readonly by: UserId }[] = [];
  /** The newest token with which each can set a new password. */
  readonly resets = new Map<UserId, string>();

  /** Acknowledged: who is banned from a room (`<room> <user>`), who is deactivated, which room is private. */
  readonly bans = new Prohibitions();
  readonly off = new Prohibitions();
  readonly closed = new Prohibitions();
  /** Acknowledged, and for good. */
  readonly deleted = new Set<UserId>();
  readonly revoked = new Set<InviteId>();
  readonly gone = new Set<MessageId>();
  /** Who had joined a room, as somebody who was about to make it private knew. */
  readonly #joined = new Set<string>();

  get isFull(): boolean {
    return this.rooms.length >= ROOMS_MAX;
  }

  addRoom(id: ConversationId, founder: UserId): void {
    if (!this.rooms.some((room) => room.id === id)) this.rooms.push({ id, founder });
  }

  say(message: Said): void {
    this.messages.push(message);
    if (this.messages.length > MESSAGES_MAX) this.messages.shift();
  }

  addInvite(invite: Invite): void {
    this.invites.push(invite);
    if (this.invites.length > INVITES_MAX) this.invites.shift();
  }

  // -- what a proposer knows -------------------------------------------------------------

  tagOfDeactivation({ state }: SimReplica, person: UserId): string {
    return state.domain.rows().locks.deactivation(person)?.tag ?? "";
  }

  tagOfSeat({ state }: SimReplica, room: ConversationId, user: UserId): string {
    return state.domain.rows().seat(room, user)?.tag ?? "";
  }

  usersOf({ state }: SimReplica, invite: InviteId): UserId[] {
    return state.domain
      .rows()
      .invites.uses(invite)
      .map(({ user }) => user);
  }

  /** What somebody has seen who makes the room private, or public. */
  seenOfRoom({ state }: SimReplica, room: ConversationId): { readonly seen: string; readonly joined: UserId[] } {
    const rows = state.domain.rows();
    const seats = rows.seatsIn(room).filter(({ seatedBy, user }) => seatedBy === user);
    const joined = seats.map(({ user }) => user);
    for (const user of joined) this.#joined.add(`${room} ${user}`);
    return { seen: rows.room(room)?.privateTag ?? "", joined };
  }

  // -- what must hold --------------------------------------------------------------------

  /** What is wrong in these rows at rest, in sentences. */
  complaints(domain: SimDomain): string[] {
    const rows = domain.dump();
    return [
      ...this.#prohibited(rows, domain),
      ...seats(rows),
      ...accounts(rows),
      ...names(rows),
      ...threads(rows),
      ...histories(rows),
      ...links(rows),
    ];
  }

  *#prohibited(rows: Rows, domain: SimDomain): Generator<string> {
    for (const [key] of this.bans) {
      const [room, user] = key.split(" ") as [string, string];
      if (text(find(rows, "seats", { room, user })[0], "state") !== "banned")
        yield `${user} is not banned from ${room}`;
    }
    for (const [user] of this.off)
      if (find(rows, "deactivations", { user, off: 1 }).length === 0) yield `${user} is not deactivated`;
    for (const user of this.deleted)
      if (find(rows, "users", { id: user, deleted: 0 }).length > 0) yield `the account ${user} is not deleted`;
    for (const id of this.revoked)
      if (text(find(rows, "invites", { id })[0], "revoked") === "") yield `the link ${id} is not revoked`;
    for (const id of this.gone) {
      const { author, clientId } = splitMessageId(id)!;
      const [message] = find(rows, "messages", { author, client_id: clientId });
      if (message?.["deleted"] !== 1) yield `${id} is not deleted`;
    }
    for (const [room, ops] of this.closed) {
      if (find(rows, "rooms", { id: room, is_private: 1 }).length === 0) yield `${room} is not private`;
      // Where the room was made private on the branch that won, somebody may have joined just before.
      if (!ops.some((op) => domain.cameLate(op))) continue;
      for (const { user, seated_by, role } of find(rows, "seats", { room, state: "joined" })) {
        const isUnseen = user === seated_by && role === "member" && !this.#joined.has(`${room} ${String(user)}`);
        if (isUnseen) yield `${String(user)} has joined ${room}, which is private, and nobody knew`;
      }
    }
  }
}

/** Whoever is seated in a room is a member of it, and nobody else; and a room with people has an owner. */
function* seats(rows: Rows): Generator<string> {
  const isOff = (user: unknown): boolean => find(rows, "deactivations", { user, off: 1 }).length > 0;
  for (const room of rows["rooms"]!) {
    const { id } = room;
    const members = find(rows, "members", { conversation: id }).map(({ user }) => String(user));
    const seated = find(rows, "seats", { room: id, state: "joined" });
    const others = new Set(seated.map(({ user }) => String(user))).symmetricDifference(new Set(members));
    if (others.size > 0) yield `${[...others].join()} in ${String(id)}: a seat without membership, or the reverse`;
    const acting = seated.filter(({ user }) => !isOff(user));
    const isOwned = acting.length === 0 || acting.some(({ role }) => role === "owner");
    if (!isOwned && room["created_micros"] !== 0) yield `${String(id)} has nobody who runs it`;
  }
}

/** Who is deleted or deactivated is logged in nowhere; who is deleted is in no room. */
function* accounts(rows: Rows): Generator<string> {
  const gone = rows["users"]!.filter(({ deleted }) => deleted !== 0).map(({ id }) => id);
  for (const user of gone)
    if (find(rows, "seats", { user, state: "joined" }).length > 0)
      yield `${String(user)}, who is deleted, is in a room`;
  for (const user of [...gone, ...find(rows, "deactivations", { off: 1 }).map((row) => row["user"])])
    if (find(rows, "sessions", { user }).length > 0) yield `${String(user)}, who is gone, is logged in`;
}

/** No two have one name. */
function* names(rows: Rows): Generator<string> {
  for (const table of ["users", "rooms"]) {
    for (const column of ["folded", "skeleton"]) {
      const all = rows[table]!.map((row) => row[column]);
      if (new Set(all).size !== all.length) yield `two ${table} have one ${column}`;
    }
  }
}

/** A thread is where its root is. */
function* threads(rows: Rows): Generator<string> {
  const ids = new Map(rows["conversations"]!.map(({ created_seq, id }) => [created_seq, id]));
  for (const { id, parent } of find(rows, "conversations", { kind: "thread" })) {
    const { author, clientId } = splitMessageId(rootOf(String(id))!)!;
    const [root] = find(rows, "messages", { author, client_id: clientId });
    if (root === undefined) yield `the thread ${String(id)} has no root`;
    else if (ids.get(root["conversation"]) !== parent) yield `the thread ${String(id)} is not where its root is`;
  }
}

/** In a room whose history begins with joining, nobody sees what was written before the op that seated them. */
function* histories(rows: Rows): Generator<string> {
  for (const { id, created_micros } of find(rows, "rooms", { history_from_joining: 1, from_group_seq: 0 })) {
    const number = find(rows, "conversations", { id })[0]?.["created_seq"];
    for (const { user, since_seq, since_micros } of find(rows, "members", { conversation: id })) {
      const member = { sinceSeq: Number(since_seq), sinceMicros: Number(since_micros) };
      const first = Math.min(member.sinceMicros, microsOf(text(find(rows, "seats", { room: id, user })[0], "tag")));
      if (first < Number(created_micros)) continue;
      for (const { seq, recovered, time_micros } of find(rows, "messages", { conversation: number })) {
        const message = { seq: Number(seq), recovered: recovered === 1, timeMicros: Number(time_micros) };
        const isLate = message.recovered && message.timeMicros < first;
        if (isLate && sees(member, message)) yield `${String(user)} sees in ${String(id)} what was written before`;
      }
    }
  }
}

/** A link that let in more than it allows is in the audit log. */
function* links(rows: Rows): Generator<string> {
  for (const { id, uses_max, token_hash } of rows["invites"]!) {
    const isOverused = token_hash !== null && find(rows, "invite_uses", { invite: id }).length > Number(uses_max);
    if (isOverused && find(rows, "audit", { action: "overuse", target: id }).length === 0)
      yield `the link ${String(id)} let in too many, and nobody is told`;
  }
}

function find(rows: Rows, table: string, like: Row): readonly Row[] {
  const columns = Object.entries(like);
  return rows[table]!.filter((row) => columns.every(([column, value]) => row[column] === value));
}

function text(row: Row | undefined, column: string): string {
  return row === undefined ? "" : String(row[column]);
}
