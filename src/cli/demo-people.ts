/** The people of `lastword demo`: they register, fill the rooms, and go on talking, by the public API alone. */
import { randomBytes } from "node:crypto";
import { ChatClient } from "../client/chat-client.ts";
import type { SubscribeResponse } from "../client/subscription.ts";
import { pause } from "../host/wait.ts";
import {
  ANSWERS,
  APPLAUSE,
  HISTORY,
  LIVE,
  REACTIONS,
  ROOMS,
  STATUSES,
  TEAM,
  VISITOR,
  type Line,
  type Member,
} from "./demo-team.ts";

/** Between two lines. */
const LINE_MS = { min: 1_200, max: 4_500 } as const;
/** The first line comes at once, so that the page lives when the visitor opens it. */
const FIRST_MS = 300;
/** How long somebody takes to read and to answer. */
const ANSWER_MS = { min: 1_200, max: 2_600 } as const;
/** The first call has to wait until the replicas have found each other. */
const DEADLINE_MS = 30_000;

const between = ({ min, max }: { readonly min: number; readonly max: number }): number =>
  min + Math.random() * (max - min);

/** All people of one demo, from its first account on. */
export class DemoPeople {
  readonly #addresses: readonly string[];
  readonly #team = new Map<Member, ChatClient>();
  readonly #over: AbortSignal;
  #visitorId = "";
  #answered = 0;

  constructor(addresses: readonly string[], over: AbortSignal) {
    this.#addresses = addresses;
    this.#over = over;
  }

  /**
   * Makes the accounts, the rooms and the history. Returns the token of the visitor, and the room that everybody is in.
   * Throws if a call fails.
   */
  async moveIn(): Promise<{ token: string; conversationId: string }> {
    const visitor = this.#client(0);
    this.#visitorId = must(await visitor.register(VISITOR, secret())).user!.id;
    const names = TEAM.map(async (name, n) => {
      const client = this.#client(n);
      must(await client.register(name, secret()));
      this.#team.set(name, client);
    });
    await Promise.all(names);
    for (const { by, people, ...room } of ROOMS) {
      must(await this.#of(by).call("CreateRoom", { ...room, people: [...people], clientId: crypto.randomUUID() }));
    }
    for (const [by, emoji, text] of STATUSES) {
      const status = { emoji, text, seconds: 0, untilMicros: 0 };
      must(await this.#of(by).call("SetProfile", { status, clientId: crypto.randomUUID() }));
    }
    for (const line of HISTORY) await this.#say(line);
    const { rooms } = must(await visitor.call("ListRooms", { search: "general", limit: 1 }));
    visitor.close();
    return { token: visitor.token!, conversationId: rooms[0]!.id };
  }

  /** Talks until the demo is over. */
  async live(): Promise<void> {
    for (const [name, client] of this.#team) {
      client.subscribe({ onEvent: (event) => void this.#onEvent(name, event).catch(() => {}) });
    }
    await pause(FIRST_MS, this.#over);
    for (let n = 0; !this.#over.aborted; n++) {
      // While no replica answers, the line is lost, and the next one comes later.
      await this.#say(LIVE[n % LIVE.length]!).catch(() => {});
      await pause(between(LINE_MS), this.#over);
    }
    for (const client of this.#team.values()) client.close();
  }

  #client(n: number): ChatClient {
    const addresses = this.#addresses.map((_, i) => this.#addresses[(i + n) % this.#addresses.length]!);
    return new ChatClient({ addresses, deadlineMs: DEADLINE_MS });
  }

  #of(name: Member): ChatClient {
    return this.#team.get(name)!;
  }

  async #say([to, by, body]: Line): Promise<void> {
    const { message } = must(await this.#of(by).send({ to, body }));
    const [, emoji, people] = REACTIONS.find(([word]) => body.includes(word)) ?? ["", "", []];
    for (const one of people) await this.#react(one, message!.id, emoji);
  }

  async #react(by: Member, messageId: string, emoji: string): Promise<void> {
    await this.#of(by).call("React", { messageId, emoji, clientId: crypto.randomUUID() });
  }

  /** Answers the visitor: in a conversation of two by words, in a room by the reaction of one of those in it. */
  async #onEvent(name: Member, { event, message }: SubscribeResponse): Promise<void> {
    if (event !== "message" || message?.authorId !== this.#visitorId) return;
    const n = this.#answered++;
    const people = await this.#of(name).call("ListConversations", { limit: 50 });
    const conversation = people.ok ? people.value.conversations.find(({ id }) => id === message.conversationId) : null;
    await pause(between(ANSWER_MS), this.#over);
    if (this.#over.aborted || !conversation) return;
    if (!conversation.room) await this.#say([VISITOR, name, ANSWERS[n % ANSWERS.length]!]);
    else if (name === TEAM[message.seq % TEAM.length])
      await this.#react(name, message.id, APPLAUSE[n % APPLAUSE.length]!);
  }
}

/** A password that nobody needs to know. */
function secret(): string {
  return randomBytes(24).toString("base64url");
}

function must<T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly sentence: string },
): T {
  if (result.ok) return result.value;
  throw new Error(result.sentence);
}
