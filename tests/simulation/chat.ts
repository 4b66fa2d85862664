/**
 * The domain of the simulated replicas: the chat's real rules on rows in memory. Writers are
 * users who register and then write to themselves and to each other.
 */
import type { AppliedOp } from "../../src/chat/applied-op.ts";
import { applyOp, type ApplyOp } from "../../src/chat/kinds/apply.ts";
import {
  directId,
  messageId,
  passwordId,
  splitMessageId,
  threadIdOf,
  userIdFor,
  type ConversationId,
  type MessageId,
  type UserId,
} from "../../src/chat/ids.ts";
import { roomIdOf } from "../../src/chat/kinds/create-room.ts";
import { decodeOp, encodeOp, markRecovered, opKey, type Op } from "../../src/chat/kinds/op.ts";
import type { Rows } from "../../src/chat/rows.ts";
import type { Seq } from "../../src/election/view.ts";
import type { Batch } from "../../src/election/frame.ts";
import { opFormat } from "../../proto/op-format.ts";
import { MemoryState } from "../support/memory-state.ts";
import { inFormat, RULES_OF_BOTH } from "./releases.ts";
import type { SimDomain } from "./state.ts";

/** An op and the key under which it is proposed. */
export interface KeyedOp {
  readonly key: string;
  readonly op: Uint8Array;
}

/** The chat behind the simulator's state. */
export class ChatDomain implements SimDomain {
  readonly #state: MemoryState;
  /** Keys of the ops that succeeded, or that a merge has brought; true for those that a merge brought first. */
  readonly #done: Map<string, boolean>;

  constructor(state = new MemoryState({ rules: RULES_OF_BOTH }), done = new Map<string, boolean>()) {
    this.#state = state;
    this.#done = done;
  }

  apply(batch: Batch): readonly AppliedOp[] {
    const ops = this.#state.apply([batch]).flatMap((group) => group.ops);
    for (const { key, result, recovered } of ops) {
      // What a merge brings may be forbidden by what the other branch has decided.
      const isDecided = result.kind !== "refused" || recovered;
      if (isDecided && !this.#done.has(key)) this.#done.set(key, recovered);
    }
    return ops;
  }

  has(key: string): boolean {
    return this.#done.has(key);
  }

  cameLate(key: string): boolean {
    return this.#done.get(key) === true;
  }

  rows(): Rows {
    return this.#state.rows();
  }

  dump(): ReturnType<MemoryState["dump"]> {
    return this.#state.dump();
  }

  effects(): Map<string, number> {
    const effects = new Map<string, number>();
    const add = (id: string) => effects.set(id, (effects.get(id) ?? 0) + 1);
    const { users = [], messages = [], rooms = [], seats = [], reactions = [], versions = [] } = this.#state.dump();
    for (const row of users) add(String(row["id"]));
    // One whose op has not arrived has no creator.
    for (const row of rooms) if (row["created_by"] !== "") add(roomEffect(String(row["id"])));
    for (const { room, user, state } of seats) if (state === "joined") add(seatEffect(String(room), String(user)));
    // A merge gives the second of two ops under one client id a suffix after "~".
    for (const row of messages) add(`${String(row["author"])}-${String(row["client_id"]).split("~")[0]}`);
    const ids = new Map(messages.map((row) => [row["seq"], `${String(row["author"])}-${String(row["client_id"])}`]));
    for (const { seq, user, emoji } of reactions) add(reactionEffect(ids.get(seq) ?? "", String(user), String(emoji)));
    for (const { seq, body } of versions) add(versionEffect(ids.get(seq) ?? "", String(body)));
    this.#addReads(add);
    return effects;
  }

  /** Adds an effect for each message of somebody else that a user has read. */
  #addReads(add: (effect: string) => void): void {
    const { members = [], messages = [], reads = [], conversations = [] } = this.#state.dump();
    const singly = new Set(reads.map((row) => `${String(row["user"])} ${String(row["seq"])}`));
    const inConversation = Map.groupBy(messages, (row) => row["conversation"]);
    const numbers = new Map(conversations.map((row) => [row["id"], row["created_seq"]]));
    for (const { user, conversation, mark } of members) {
      for (const row of inConversation.get(numbers.get(conversation)) ?? []) {
        const isRead = Number(row["seq"]) <= Number(mark) || singly.has(`${String(user)} ${String(row["seq"])}`);
        const id = messageId(String(row["author"]), String(row["client_id"]).split("~")[0]!);
        if (isRead && row["author"] !== user) add(readEffect(String(user), id));
      }
    }
  }

  seqOfMessage(conversation: ConversationId, id: MessageId): Seq | null {
    const { author, clientId } = splitMessageId(id)!;
    return this.#state.seqOfMessage(conversation, author, clientId);
  }

  opFormat(): number {
    return this.#state.opFormat();
  }

  newestMicros(): number {
    return this.#state.newestMicros();
  }

  dates(): readonly (readonly [string, number])[] {
    const { messages = [] } = this.#state.dump();
    return messages.map((row) => [
      `${String(row["author"])}-${String(row["client_id"]).split("~")[0]}`,
      Number(row["time_micros"]),
    ]);
  }

  passwordOf(user: string): string {
    const row = this.#state.dump()["users"]?.find(({ id }) => id === user);
    return row === undefined ? "" : String(row["password_hash"]);
  }

  outdatedLogins(): readonly string[] {
    const { sessions = [], users = [] } = this.#state.dump();
    const passwords = new Map(users.map((row) => [row["id"], String(row["password_hash"])]));
    return sessions
      .filter((row) => {
        const checked = CHECKED.exec(String(row["token_hash"]))?.[1];
        return checked !== undefined && checked !== passwordId(passwords.get(row["user"]) ?? "");
      })
      .map((row) => String(row["id"]));
  }

  digest(): string {
    return this.#state.hash().hash;
  }

  clone(withoutDedupe: boolean): SimDomain {
    return new ChatDomain(this.#state.clone(withoutDedupe ? { without: "requests" } : {}), new Map(this.#done));
  }
}

const keys = new WeakMap<Uint8Array, string>();

/** `opKey` with a cache, because all replicas share the same arrays. */
export function cachedOpKey(op: Uint8Array): string {
  let key = keys.get(op);
  if (key === undefined) keys.set(op, (key = opKey(inFormat(op, 1))));
  return key;
}

/** The name under which `effects` counts the effect of the op with this key. */
export function effectOf(key: string): string {
  const user = key.slice(0, 12);
  const clientId = key.slice(13, 49);
  return clientId.startsWith(REGISTER_ID) ? user : `${user}-${clientId}`;
}

/** The name under which `effects` counts that somebody has read a message. */
export function readEffect(reader: UserId, id: MessageId): string {
  return `${reader} has read ${id}`;
}

/** What `effects` counts under for a room that was made, and for somebody who is in it. */
export function roomEffect(room: ConversationId): string {
  return `there is room ${room}`;
}
export function reactionEffect(message: MessageId, user: UserId, emoji: string): string {
  return `${user} reacted with ${emoji} to ${message}`;
}
export function versionEffect(message: MessageId, body: string): string {
  return `${message} said: ${body}`;
}
export function seatEffect(room: ConversationId, user: UserId): string {
  return `${user} is in room ${room}`;
}

/** The op as it is proposed again after its branch lost; `nowMicros` as in markRecovered. */
export function asRecovered(op: Uint8Array, nowMicros: number | null): Uint8Array {
  return inFormat(markRecovered(inFormat(op, 1), { replica: 0, view: "" }, nowMicros), opFormat(op));
}

/** Mutant: the rules with a merge that enables the formats which the lost branch had enabled. */
export const FORMAT_KEPT: ApplyOp = (bytes, seq, rows) => {
  const applied = RULES_OF_BOTH(bytes, seq, rows);
  const body = opFormat(bytes) === 1 && applied.recovered ? decodeOp(bytes).body : null;
  if (body?.kind === "enable" && body.format > rows.opFormat()) rows.enableFormat(body.format, body.version, seq);
  return applied;
};

/** Mutant: the rules without the table `early`, so that a mark which returns before its message has no effect. */
export const EARLY_MARKS_DROPPED: ApplyOp = (bytes, seq, rows) => {
  const applied = RULES_OF_BOTH(bytes, seq, rows);
  const { body, recovered } = decodeOp(inFormat(bytes, 1));
  for (const { ids } of body.kind === "marks" && recovered ? body.marks : []) {
    for (const { author, clientId } of ids.map((id) => splitMessageId(id)!)) rows.takeEarly(author, clientId);
  }
  return applied;
};

/** What writers react with. */
export const THUMB = "👍";
const REGISTER_ID = "00000000";

/** The token of a login names the password it was made with, for `outdatedLogins`. */
const CHECKED = /^token by (\w+) /;

/** Mutant: the rules without the check in apply; a login is valid if the proposer found the password right. */
export const CHECKED_AT_THE_PROPOSER_ONLY: ApplyOp = (bytes, seq, rows) => {
  const op = decodeOp(bytes);
  if (op.body.kind !== "login") return applyOp(bytes, seq, rows);
  const checked = passwordId(rows.user(op.user)?.passwordHash ?? "");
  return applyOp(encodeOp({ ...op, body: { ...op.body, checked } }), seq, rows);
};

function uuid(prefix: string, n: number): string {
  return `${prefix}-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;
}

/** One of the simulator's users. */
export class ChatUser {
  readonly name: string;
  readonly id: string;
  readonly #registerId: string;

  constructor(name: string) {
    this.name = name;
    this.#registerId = uuid(REGISTER_ID, 1);
    this.id = userIdFor(name, this.#registerId);
  }

  /** The registration. A retry draws a new session, as a replica does. */
  register(timeMicros: number, nonce: string): KeyedOp {
    const session = { id: nonce.slice(0, 12), tokenHash: `hash of ${nonce}` };
    const { name } = this;
    return this.#op(this.#registerId, timeMicros, { kind: "register", name, folded: name, passwordHash: "h", session });
  }

  /** The n-th message, to another user or to herself. */
  send(n: number, to: ChatUser, timeMicros: number): KeyedOp {
    const conversation = directId(this.id, to.id);
    const body = `message ${n} of ${this.name}`;
    return this.#op(uuid("11111111", n), timeMicros, { kind: "sendMessage", conversation, body, readUpTo: "" });
  }

  /** The n-th message, to a room. */
  say(n: number, room: ConversationId, timeMicros: number): KeyedOp {
    const body = `message ${n} of ${this.name}`;
    return this.#op(uuid("11111111", n), timeMicros, { kind: "sendMessage", conversation: room, body, readUpTo: "" });
  }

  /** The n-th message, in the thread below a message of a room. */
  reply(n: number, root: MessageId, room: ConversationId, timeMicros: number): KeyedOp {
    const body = `message ${n} of ${this.name}`;
    const conversation = threadIdOf(root);
    const sent = { kind: "sendMessage", conversation, body, readUpTo: "", parent: room } as const;
    return this.#op(uuid("11111111", n), timeMicros, sent);
  }

  /** The n-th room that she makes, and its id. */
  createRoom(n: number, name: string): { readonly room: ConversationId; readonly made: (micros: number) => KeyedOp } {
    const body = { kind: "createRoom", name, folded: name, skeleton: name, topic: "", isPrivate: false } as const;
    const whole = { ...body, people: [] };
    const clientId = uuid("44444444", n);
    const room = roomIdOf({ user: this.id, clientId }, whole);
    return { room, made: (micros) => this.#op(clientId, micros, whole) };
  }

  /** The n-th time that she joins a room. */
  join(n: number, room: ConversationId, timeMicros: number): KeyedOp {
    return this.#op(uuid("55555555", n), timeMicros, { kind: "seatPeople", room, what: "join", people: [] });
  }

  /** Her reaction to a message, as her n-th request. */
  react(n: number, message: MessageId, timeMicros: number): KeyedOp {
    return this.#op(uuid("66666666", n), timeMicros, { kind: "react", message, emoji: THUMB, on: true });
  }

  /** Another text of her message, as her n-th request. */
  edit(n: number, message: MessageId, timeMicros: number): KeyedOp {
    return this.#op(uuid("77777777", n), timeMicros, { kind: "editMessage", message, body: `text ${n}` });
  }

  /** Id of the n-th message. */
  idOf(n: number): MessageId {
    return messageId(this.id, uuid("11111111", n));
  }

  /** The n-th login. `hash` is the password hash at the replica that checks the password. */
  login(n: number, hash: string, timeMicros: number): KeyedOp {
    const checked = passwordId(hash);
    const session = { id: `login ${n}`, tokenHash: `token by ${checked} ${n}` };
    return this.#op(uuid("22222222", n), timeMicros, { kind: "login", session, checked });
  }

  /** Sets the n-th password, which ends every login. */
  changePassword(n: number, hash: string, timeMicros: number): KeyedOp {
    const body = { passwordHash: `hash ${n}`, keepSession: "", checked: passwordId(hash) };
    return this.#op(uuid("33333333", n), timeMicros, { kind: "changePassword", ...body });
  }

  #op(clientId: string, timeMicros: number, body: Op["body"]): KeyedOp {
    const op = encodeOp({ user: this.id, clientId, timeMicros, origin: null, recovered: false, body });
    return { key: opKey(op), op };
  }
}
