/**
 * The people who act in tests that kill a replica meanwhile. An act has targets of its own, so that all kinds can be
 * under way at once, and says how its effect is recognised in the rows.
 */
import { ChatClient, type AnsweredCall, type CallResult } from "../../src/client/chat-client.ts";
import type { OpKind } from "../../src/chat/kinds/kinds.ts";
import type { ChatRequest } from "../../proto/chat-wire.ts";
import type { Encodable } from "../../proto/message-type.ts";
import type { Cluster } from "../../harness/cluster.ts";

/** The password of everybody. */
export const PASSWORD = "correct horse";
/** A password that somebody sets. */
export const NEW_PASSWORD = "battery staple";
/** Long enough for a replica whose disk is held up, and for a failover. */
export const PATIENCE = { attemptMs: 15_000, deadlineMs: 60_000 } as const;

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
}

/** Where nobody is called. The point is that of RFC 8291, appendix A. */
export const SUBSCRIPTION = {
  endpoint: "https://push.test/x",
  p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
  auth: "BTBZMqHH6r4Tts7J_aSIgg",
};

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

/** The value of an answer that must not be a refusal. */
export function must<T>(answer: CallResult<T>): T {
  if (!answer.ok) throw new Error(`${answer.code}: ${answer.sentence}`);
  return answer.value;
}

/** A new client id. */
export function uuid(): string {
  return Bun.randomUUIDv7();
}

/** The rows of a table in which these columns have these values. */
export function find(rows: AllRows, table: string, like: Readonly<Record<string, unknown>>): AllRows[string] {
  const found = rows[table];
  if (found === undefined) throw new Error(`there is no table ${table}`);
  return found.filter((row) => Object.entries(like).every(([column, value]) => row[column] === value));
}

/** How many rows {@link find} finds. */
export function count(rows: AllRows, table: string, like: Readonly<Record<string, unknown>>): number {
  return find(rows, table, like).length;
}
