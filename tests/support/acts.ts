/**
 * One act of a client for each kind of op, for tests that kill a replica while it is under way. An act has targets of
 * its own, so that all kinds can be under way at once, and says how its effect is recognised in the rows.
 */
import { ChatClient, type AnsweredCall, type CallResult } from "../../src/client/chat-client.ts";
import { threadIdOf } from "../../src/chat/ids.ts";
import { KINDS, type OpKind } from "../../src/chat/kinds/kinds.ts";
import type { ChatRequest } from "../../proto/chat-wire.ts";
import type { Encodable } from "../../proto/message-type.ts";
import { waitFor, type Cluster } from "../../harness/cluster.ts";
import { WebPerson } from "../../harness/web-person.ts";

const PASSWORD = "correct horse";
const NEW_PASSWORD = "battery staple";
/** Long enough for a replica whose disk is held up, and for a failover. */
const PATIENCE = { attemptMs: 15_000, deadlineMs: 60_000 } as const;

/** All rows of a state, by table. */
export type AllRows = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

/** A request that is made again and again with the same client id. */
export interface Act {
  readonly kind: OpKind;
  /** Null if the request has none, so that each time is another request. */
  readonly clientId: string | null;
  /** Asks the replicas in this order until one answers; says which one did, or why it was refused. */
  ask(replicas: readonly number[]): Promise<{ readonly by: number } | { readonly refused: string }>;
  /** How often the effect is in the rows: once. */
  readonly effect: (rows: AllRows) => number;
  /** The code with which it is refused once it is done, because nobody is left who could ask. */
  readonly afterwards?: string;
}

/** Nobody is there. The point is that of RFC 8291, appendix A. */
const SUBSCRIPTION = {
  endpoint: "https://push.test/x",
  p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
  auth: "BTBZMqHH6r4Tts7J_aSIgg",
};

/** What each kind's act is; a text says why no client's request makes an op of that kind. */
const ACTS: Record<OpKind, ((team: Team) => Promise<Omit<Act, "kind">>) | string> = {
  touch: "a replica notes by itself that somebody was here; it is idempotent, and nobody waits for it",
  enable: "the leader's format gate proposes it (format-gate.ts), until it is in force",

  register: async (team) => {
    const name = team.fresh("new");
    return team.call(null, "Register", { name, password: PASSWORD }, (rows) => count(rows, "users", { name }));
  },
  // Without a client id: a login whose answer was lost is there beside the one that was answered.
  login: async (team) => {
    const { name, id } = await team.person();
    const effect = (rows: AllRows): number => Math.min(1, count(rows, "sessions", { user: id }) - 1);
    return { ...team.call(null, "Login", { name, password: PASSWORD }, effect), clientId: null };
  },
  endSession: async (team) => {
    const { client, id, name } = await team.person();
    const other = team.client();
    must(await other.login(name, PASSWORD));
    const { sessions } = must(await client.call("ListSessions", {}));
    const { id: sessionId } = sessions.find(({ current }) => !current)!;
    const effect = (rows: AllRows): number => 2 - count(rows, "sessions", { user: id });
    return team.call(client, "EndSession", { sessionId }, effect);
  },
  endOtherSessions: async (team) => {
    const person = new WebPerson(team.fresh("web"));
    const home = team.cluster.web(0);
    await person.register(home);
    await person.copy().logIn(home);
    return {
      clientId: null,
      // As the page does, until a replica can do it.
      ask: (replicas) => {
        let tries = 0;
        return waitFor(
          "the other sessions to be ended",
          async () => {
            const by = replicas[tries++ % replicas.length]!;
            const how = { form: {}, timeoutMs: PATIENCE.attemptMs };
            const answer = await person.ask(team.cluster.web(by), "/account/other-sessions/end", how).catch(() => null);
            if (answer === null || answer.status >= 500) return null;
            return answer.ok ? { by } : { refused: String(answer.status) };
          },
          PATIENCE.deadlineMs,
        );
      },
      effect: (rows) => {
        const [user] = find(rows, "users", { name: person.name });
        return 2 - count(rows, "sessions", { user: user!["id"] });
      },
    };
  },
  changePassword: async (team) => {
    const { client, id } = await team.person();
    const effect = (rows: AllRows): number =>
      find(rows, "users", { id }).filter((row) => row["password_micros"] !== row["created_micros"]).length;
    return team.call(client, "ChangePassword", { password: PASSWORD, newPassword: NEW_PASSWORD }, effect);
  },
  deleteAccount: async (team) => {
    const { client, id } = await team.person();
    const effect = (rows: AllRows): number => count(rows, "audit", { actor: id, action: "deleteAccount" });
    const act = team.call(client, "DeleteAccount", { password: PASSWORD, deleteMessages: true }, effect);
    return { ...act, afterwards: "not_logged_in" };
  },

  sendMessage: async (team) => {
    const body = team.fresh("said");
    return team.call(team.ann, "SendMessage", { conversationId: team.room, body, to: "" }, (rows) =>
      count(rows, "messages", { body }),
    );
  },
  marks: async (team) => {
    const { seq, id } = await team.said();
    const effect = (rows: AllRows): number => {
      const isPast = find(rows, "members", { user: team.ids.ben, conversation: team.room }).some(
        ({ mark }) => Number(mark) >= seq,
      );
      return isPast ? 1 : count(rows, "reads", { user: team.ids.ben, seq });
    };
    return { ...team.call(team.ben, "MarkRead", { messageIds: [id] }, effect), clientId: null };
  },
  drafts: async (team) => {
    const body = team.fresh("half a thou");
    const { client, id } = await team.person();
    const effect = (rows: AllRows): number => count(rows, "drafts", { user: id, body });
    const conversationId = must(await client.send({ to: "ben", body: "first" })).message!.conversationId;
    return { ...team.call(client, "SaveDraft", { conversationId, body }, effect), clientId: null };
  },
  subscribePush: async (team) => {
    const { client, id } = await team.person();
    const effect = (rows: AllRows): number => count(rows, "push_subscriptions", { user: id, is_on: 1 });
    return team.call(client, "AddPushSubscription", SUBSCRIPTION, effect);
  },
  unsubscribePush: async (team) => {
    const { client, id } = await team.person();
    const added = must(await client.call("AddPushSubscription", { ...SUBSCRIPTION, clientId: uuid() }));
    const effect = (rows: AllRows): number => count(rows, "push_subscriptions", { user: id, is_on: 0, endpoint: "" });
    return team.call(client, "RemovePushSubscription", { id: added.subscription!.id }, effect);
  },
  pushed: "no client asks for it; push.test.ts kills the replica that pushes",
  deleteMessages: async (team) => {
    const { seq, id } = await team.said();
    const effect = (rows: AllRows): number => count(rows, "messages", { seq, deleted: 1, body: "" });
    return team.call(team.ann, "DeleteMessages", { messageIds: [id] }, effect);
  },
  react: async (team) => {
    const { seq, id } = await team.said();
    const effect = (rows: AllRows): number => count(rows, "reactions", { seq, user: team.ids.ben, shown: 1 });
    return team.call(team.ben, "React", { messageId: id, emoji: "👍" }, effect);
  },
  pin: async (team) => {
    const { seq, id } = await team.said();
    const effect = (rows: AllRows): number => count(rows, "pins", { seq, by: team.ids.ben, is_on: 1 });
    return team.call(team.ben, "PinMessage", { messageId: id }, effect);
  },
  save: async (team) => {
    const { seq, id } = await team.said();
    const effect = (rows: AllRows): number => count(rows, "saved", { seq, user: team.ids.ben, is_on: 1 });
    return team.call(team.ben, "SaveMessage", { messageId: id }, effect);
  },
  markUnread: async (team) => {
    const { seq, id } = await team.said();
    const effect = (rows: AllRows): number =>
      rows["unreads"]!.filter((row) => row["user"] === team.ids.ben && Number(row["changed_seq"]) > seq).length > 0
        ? 1
        : 0;
    return team.call(team.ben, "MarkUnread", { messageId: id }, effect);
  },
  editMessage: async (team) => {
    const { seq, id } = await team.said();
    const body = team.fresh("edited");
    const effect = (rows: AllRows): number =>
      count(rows, "messages", { seq, body }) * count(rows, "versions", { seq, body });
    return team.call(team.ann, "EditMessage", { messageId: id, body }, effect);
  },
  follow: async (team) => {
    const { id } = await team.said();
    const thread = threadIdOf(id);
    must(await team.ann.call("SendMessage", { conversationId: thread, body: "below", clientId: uuid() }));
    const effect = (rows: AllRows): number => count(rows, "follows", { thread, user: team.ids.ben, is_on: 1 });
    return team.call(team.ben, "FollowThread", { messageId: id }, effect);
  },

  createRoom: async (team) => {
    const name = team.fresh("room");
    const effect = (rows: AllRows): number => count(rows, "rooms", { name });
    return team.call(team.ann, "CreateRoom", { name, people: ["ben"] }, effect);
  },
  nameGroup: async (team) => {
    const { name: third } = await team.person();
    const { message } = must(await team.ann.send({ to: `ben, ${third}`, body: "we three" }));
    const name = team.fresh("named");
    const group = message!.conversationId;
    const effect = (rows: AllRows): number => count(rows, "rooms", { id: group, name });
    return team.call(team.ann, "CreateRoom", { name, group }, effect);
  },
  renameRoom: async (team) => {
    const name = team.fresh("renamed");
    return team.changes({ name }, (id, rows) => count(rows, "rooms", { id, name }));
  },
  setTopic: async (team) =>
    team.changes({ topic: "another" }, (id, rows) => count(rows, "rooms", { id, topic: "another" })),
  setPrivate: async (team) =>
    team.changes({ isPrivate: true }, (id, rows) => count(rows, "rooms", { id, is_private: 1 })),
  archiveRoom: async (team) =>
    team.changes({ archived: true }, (id, rows) => count(rows, "rooms", { id, archived: 1 })),
  setPosting: async (team) =>
    team.changes({ posting: { adminsOnly: true, slowSeconds: 60, adminsCall: true } }, (id, rows) =>
      count(rows, "rooms", { id, admins_only: 1, slow_seconds: 60, admins_call: 1 }),
    ),
  ban: async (team) =>
    team.changes({ ban: "ben" }, (room, rows) => count(rows, "seats", { room, user: team.ids.ben, state: "banned" })),
  setRoomRole: async (team) =>
    team.changes({ role: { person: "ben", role: "admin" } }, (room, rows) =>
      count(rows, "seats", { room, user: team.ids.ben, role: "admin" }),
    ),
  seatPeople: async (team) => {
    const room = await team.newRoom([]);
    const effect = (rows: AllRows): number => count(rows, "seats", { room, user: team.ids.ben, state: "joined" });
    return team.call(team.ben, "JoinRoom", { room }, effect);
  },
  setPreference: async (team) => {
    const conversation = await team.newRoom(["ben"]);
    const effect = (rows: AllRows): number =>
      count(rows, "preferences", { user: team.ids.ben, conversation, starred: 1 });
    return team.call(team.ben, "SetPreference", { conversationId: conversation, starred: true }, effect);
  },

  setProfile: async (team) => {
    const { client, id } = await team.person();
    const displayName = team.fresh("Called");
    const effect = (rows: AllRows): number => count(rows, "profiles", { user: id, display_name: displayName });
    return team.call(client, "SetProfile", { displayName }, effect);
  },
  report: async (team) => {
    const { client, id, message } = await team.toBeReported();
    const effect = (rows: AllRows): number =>
      count(rows, "reports", { message, by: id }) * count(rows, "audit", { action: "report", actor: id });
    return team.call(client, "ReportMessage", { messageId: message, why: "rude" }, effect);
  },
  settleReport: async (team) => {
    const { client, id, message } = await team.toBeReported();
    must(await client.call("ReportMessage", { messageId: message, why: "rude", clientId: uuid() }));
    const effect = (rows: AllRows): number => count(rows, "reports", { message, by: id, is_done: 1 });
    return team.call(team.ann, "SettleReport", { messageId: message, by: id }, effect);
  },

  setRole: async (team) => {
    const { name, id } = await team.person();
    const effect = (rows: AllRows): number => count(rows, "audit", { action: "setRole", target: id, detail: "admin" });
    return team.call(team.ann, "SetRole", { person: name, role: "admin" }, effect);
  },
  setActive: async (team) => {
    const { name, id } = await team.person();
    const effect = (rows: AllRows): number =>
      count(rows, "audit", { action: "deactivate", target: id }) * count(rows, "deactivations", { user: id, off: 1 });
    return team.call(team.ann, "SetActive", { person: name, active: false }, effect);
  },
  createInvite: async (team) => {
    // No other link is valid for just as long.
    const seconds = 10_000 + team.number();
    const effect = (rows: AllRows): number =>
      find(rows, "invites", {})
        .filter((row) => Number(row["expires_micros"]) - Number(row["created_micros"]) === seconds * 1e6)
        .reduce((sum, { id }) => sum + count(rows, "audit", { action: "makeInvite", target: id }), 0);
    return team.call(team.ann, "CreateInvite", { seconds }, effect);
  },
  revokeInvite: async (team) => {
    const { invite } = must(await team.ann.call("CreateInvite", { clientId: uuid() }));
    const { id } = invite!;
    const effect = (rows: AllRows): number => count(rows, "audit", { action: "revokeInvite", target: id });
    return team.call(team.ann, "RevokeInvite", { id }, effect);
  },
  createReset: async (team) => {
    const { name, id } = await team.person();
    const effect = (rows: AllRows): number =>
      count(rows, "audit", { action: "makeReset", target: id }) * count(rows, "resets", { user: id, used: 0 });
    return team.call(team.ann, "CreateReset", { person: name }, effect);
  },
  resetPassword: async (team) => {
    const { name, id } = await team.person();
    const { token } = must(await team.ann.call("CreateReset", { person: name, clientId: uuid() }));
    const effect = (rows: AllRows): number =>
      count(rows, "audit", { action: "resetPassword", actor: id }) * count(rows, "resets", { user: id, used: 1 });
    return team.call(null, "ResetPassword", { token, password: NEW_PASSWORD }, effect);
  },
};

/** The kinds that a client's request makes. */
export const ACTED = (Object.keys(KINDS) as OpKind[]).filter((kind) => typeof ACTS[kind] === "function");

/** The people of a cluster who act. */
export class Team {
  readonly cluster: Cluster;
  /** The owner of the chat, and a member. */
  readonly ann: ChatClient;
  readonly ben: ChatClient;
  readonly ids: { readonly ann: string; readonly ben: string };
  /** A room of both. */
  readonly room: string;
  #made = 0;
  readonly #clients: ChatClient[] = [];

  private constructor(cluster: Cluster, [ann, ben]: readonly [Person, Person], room: string) {
    this.cluster = cluster;
    this.ann = ann.client;
    this.ben = ben.client;
    this.ids = { ann: ann.id, ben: ben.id };
    this.room = room;
    this.#clients.push(ann.client, ben.client);
  }

  static async gather(cluster: Cluster): Promise<Team> {
    const [ann, ben] = [await personAt(cluster, "ann"), await personAt(cluster, "ben")];
    const made = must(await ann.client.call("CreateRoom", { name: "all", people: ["ben"], clientId: uuid() }));
    return new Team(cluster, [ann, ben], made.room!.id);
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }

  /** Makes the targets of an act of this kind. */
  async prepare(kind: OpKind): Promise<Act> {
    const make = ACTS[kind];
    if (typeof make === "string") throw new Error(`${kind}: ${make}`);
    return { kind, ...(await make(this)) };
  }

  number(): number {
    return ++this.#made;
  }

  fresh(word: string): string {
    return `${word}${this.number()}`;
  }

  /** A client for all replicas, without a login. */
  client(token?: string, replicas: readonly number[] = this.cluster.ids): ChatClient {
    const addresses = replicas.map((id) => this.cluster.grpc(id));
    const client = new ChatClient({ addresses, ...PATIENCE, ...(token === undefined ? {} : { token }) });
    this.#clients.push(client);
    return client;
  }

  async person(): Promise<Person> {
    const person = await personAt(this.cluster, this.fresh("person"));
    this.#clients.push(person.client);
    return person;
  }

  /** Makes a room of ann's; its id. */
  async newRoom(people: readonly string[]): Promise<string> {
    const asked = { name: this.fresh("place"), people: [...people], clientId: uuid() };
    return must(await this.ann.call("CreateRoom", asked)).room!.id;
  }

  /** A message of ann's, and somebody who sees it and has reported nothing yet: there is a limit. */
  async toBeReported(): Promise<Person & { readonly message: string }> {
    const person = await this.person();
    const { id: message } = await this.said(await this.newRoom([person.name]));
    return { ...person, message };
  }

  /** Ann says something in a room. */
  async said(room = this.room): Promise<{ readonly id: string; readonly seq: number }> {
    const { message } = must(await this.ann.send({ conversationId: room, body: this.fresh("before") }));
    return { id: message!.id, seq: Number(message!.seq) };
  }

  /** An act by a call; `who` has no login if null. */
  call<Name extends AnsweredCall>(
    who: ChatClient | null,
    name: Name,
    asked: Partial<Encodable<ChatRequest<Name>>>,
    effect: Act["effect"],
  ): Omit<Act, "kind"> {
    const clientId = uuid();
    const request = { ...asked, clientId };
    return {
      clientId,
      effect,
      ask: async (replicas) => {
        const client = this.client(who?.token ?? undefined, replicas);
        const answer: CallResult<unknown> = await client.call(name, request as never);
        if (!answer.ok) return { refused: answer.code };
        return { by: replicas.find((id) => this.cluster.grpc(id) === answer.address)! };
      },
    };
  }

  /** An act of ann's that changes a room of hers, in which ben is. */
  async changes(
    change: Partial<Encodable<ChatRequest<"ChangeRoom">>>,
    effect: (room: string, rows: AllRows) => number,
  ): Promise<Omit<Act, "kind">> {
    const room = await this.newRoom(["ben"]);
    return this.call(this.ann, "ChangeRoom", { room, ...change }, (rows) => effect(room, rows));
  }
}

interface Person {
  readonly client: ChatClient;
  readonly name: string;
  readonly id: string;
}

async function personAt(cluster: Cluster, name: string): Promise<Person> {
  const client = new ChatClient({ addresses: cluster.ids.map((id) => cluster.grpc(id)), ...PATIENCE });
  const { user } = must(await client.register(name, PASSWORD));
  return { client, name, id: user!.id };
}

function must<T>(answer: CallResult<T>): T {
  if (!answer.ok) throw new Error(`${answer.code}: ${answer.sentence}`);
  return answer.value;
}

function uuid(): string {
  return Bun.randomUUIDv7();
}

function find(rows: AllRows, table: string, like: Readonly<Record<string, unknown>>): AllRows[string] {
  const found = rows[table];
  if (found === undefined) throw new Error(`there is no table ${table}`);
  return found.filter((row) => Object.entries(like).every(([column, value]) => row[column] === value));
}

function count(rows: AllRows, table: string, like: Readonly<Record<string, unknown>>): number {
  return find(rows, table, like).length;
}
