/**
 * `lastword client`: a chat in the terminal. Messages scroll above one line of input. What is written goes to the
 * conversation that is open, and messages of the others appear with the name of their conversation.
 */
import { createInterface, type Interface } from "node:readline";
import type { ChatClient } from "../client/chat-client.ts";
import type { SubscribeResponse } from "../client/subscription.ts";
import { readPage, type Lost } from "./follow.ts";
import { hitText, messageText, personText, plain, roomText, type Message } from "./message-text.ts";
import { placeOf, roomOf } from "./place.ts";

/** Messages that are shown when a conversation opens. */
const SHOWN_AT_FIRST = 20;
/** Rooms, people or conversations in one answer: more would push the conversation away. */
const LIST_MAX = 50;
const PAGE = 200;
const PAGES_MAX = 10;
/** Messages that are remembered as shown. */
const REMEMBERED_MAX = 10_000;

const HELP = `Write a line to send it to the open conversation. A line that begins with / is a command:
  /open NAME, /open #ROOM   opens a conversation and shows its newest messages
  /list                     your conversations, unread ones first
  /rooms, /people           what there is
  /search WORDS             messages with these words; also from:NAME, in:#ROOM, before:2026-11-30 and more
  /unread, /saved           messages that wait for you, and those that you have saved
  /pins                     messages that are pinned in the open conversation
  /join #ROOM, /leave #ROOM
  /again                    sends the last message again if it is not known whether it was sent; it arrives once
  /quit                     or Ctrl-D
A line that is to begin with / begins with //.
`;

interface TalkDeps {
  readonly client: ChatClient;
  /** The name of the user. */
  readonly self: string;
  readonly write: (text: string) => void;
}

/** A message on its way. */
interface Outgoing {
  readonly to: string;
  readonly body: string;
  readonly clientId: string;
}

interface Place {
  /** As requests name it. */
  readonly name: string;
  /** Null as long as nobody has written there. */
  id: string | null;
}

/** What a line of input asks for. */
export type Wish =
  | { readonly kind: "say"; readonly text: string }
  | { readonly kind: "command"; readonly name: string; readonly rest: string }
  | { readonly kind: "nothing" };

/** Reads a line of input. A command that does not exist must not be sent as a message. */
export function wishOf(line: string): Wish {
  if (line.trim() === "") return { kind: "nothing" };
  if (line.startsWith("//")) return { kind: "say", text: line.slice(1) };
  const command = /^\/(\S*)\s*([\s\S]*)$/.exec(line);
  if (command === null) return { kind: "say", text: line };
  return { kind: "command", name: command[1]!.toLowerCase(), rest: command[2]!.trim() };
}

/** One run of the command, from its start until the person quits. */
export class Talk {
  readonly #client: ChatClient;
  readonly #self: string;
  readonly #write: (text: string) => void;
  readonly #commands: Readonly<Record<string, (rest: string) => Promise<void>>>;
  /** The names of conversations by their ids. */
  readonly #names = new Map<string, string>();
  /** Ids of messages, the oldest first. */
  readonly #shown = new Set<string>();
  #input: Interface | null = null;
  #place: Place | null = null;
  #address: string | null = null;
  /** Events and lines are handled one after another, so that what is sent keeps its order. */
  #events: Promise<void> = Promise.resolve();
  #lines: Promise<void> = Promise.resolve();
  #unsent: Outgoing | null = null;
  /** The message up to which to mark, and whether a mark is under way. */
  #read: { upTo: Message | null; busy: boolean } = { upTo: null, busy: false };

  constructor({ client, self, write }: TalkDeps) {
    this.#client = client;
    this.#self = self;
    this.#write = write;
    this.#commands = {
      open: (rest) => this.#open(rest),
      list: () => this.#list(),
      rooms: () => this.#rooms(),
      people: () => this.#people(),
      search: (rest) => this.#search(rest),
      unread: () => this.#search("is:unread"),
      saved: () => this.#search("is:saved"),
      pins: () => this.#pins(),
      join: (rest) => this.#join(rest),
      leave: (rest) => this.#leave(rest),
      again: () => this.#again(),
      help: async () => this.#say(HELP),
    };
  }

  /** Talks until the person quits (null) or the login ends. */
  async run(where: string | null): Promise<Pick<Lost, "code" | "sentence"> | null> {
    const input = createInterface({ input: process.stdin, output: process.stdout, terminal: true });
    this.#input = input;
    this.#say(`You are ${plain(this.#self)}. /help shows the commands.\n`);
    const over = new Promise<Pick<Lost, "code" | "sentence"> | null>((resolve) => {
      input.on("close", () => resolve(null));
      const onEvent = (event: SubscribeResponse, address: string): void => {
        this.#events = this.#events.then(() => this.#onEvent(event, address)).catch(() => {});
      };
      this.#client.subscribe({ onEvent, onEnd: resolve });
    });
    input.on("line", (line) => {
      this.#takeAway(line);
      this.#lines = this.#lines.then(() => this.#onLine(line)).catch(() => {});
    });
    await (where === null ? this.#list() : this.#open(where));
    const ended = await over;
    input.close();
    this.#write("\n");
    return ended;
  }

  /** Writes above the line of input, which stays as it is. */
  #say(text: string): void {
    const input = this.#input;
    if (input !== null) {
      const { rows } = input.getCursorPos();
      this.#write(rows > 0 ? `\u001b[${rows}A` : "");
      // Readline moves up by as many rows before it draws the line again, but now it is below the text.
      (input as { prevRows?: number }).prevRows = 0;
    }
    this.#write(`\r\u001b[J${text}`);
    this.#prompt();
  }

  /** A message that is sent appears as a message, not also as the line that was typed. A wrapped line stays. */
  #takeAway(line: string): void {
    const width = Bun.stringWidth(`${this.#input?.getPrompt() ?? ""}${line}`);
    if (wishOf(line).kind === "say" && width < process.stdout.columns) this.#write("\u001b[1A\r\u001b[J");
    this.#prompt();
  }

  #prompt(): void {
    this.#input?.setPrompt(`${this.#place === null ? "" : plain(this.#place.name)}> `);
    this.#input?.prompt(true);
  }

  #failed({ sentence }: Pick<Lost, "sentence">): void {
    this.#say(`! ${plain(sentence)}\n`);
  }

  async #onLine(line: string): Promise<void> {
    const wish = wishOf(line);
    if (wish.kind === "nothing") return this.#prompt();
    if (wish.kind === "say") return this.#send(wish.text);
    if (wish.name === "quit" || wish.name === "exit") return this.#input?.close();
    const command = Object.hasOwn(this.#commands, wish.name) ? this.#commands[wish.name] : undefined;
    if (command === undefined) return this.#say(`! There is no command /${plain(wish.name)}; /help shows all.\n`);
    await command(wish.rest);
  }

  async #send(body: string): Promise<void> {
    if (this.#place === null) return this.#say("! To whom? /open NAME or /open #ROOM first.\n");
    await this.#deliver({ to: this.#place.name, body, clientId: crypto.randomUUID() });
  }

  async #deliver(message: Outgoing): Promise<void> {
    const sent = await this.#client.send(message);
    if (sent.ok) {
      this.#unsent = null;
      const said = sent.value.message!;
      if (this.#place?.name === message.to) this.#place.id ??= said.conversationId;
      return this.#show(said);
    }
    const isKnown = sent.outcome === "definite";
    this.#unsent = isKnown ? null : message;
    const what = isKnown ? "Not sent" : "It is not known whether this was sent (/again finds out)";
    this.#say(`! ${what}: ${plain(message.body)}\n! ${plain(sent.sentence)}\n`);
  }

  async #again(): Promise<void> {
    if (this.#unsent === null) return this.#say("! There is nothing to send again.\n");
    await this.#deliver(this.#unsent);
  }

  async #open(word: string): Promise<void> {
    if (word === "") return this.#say("! Open what? /open NAME or /open #ROOM.\n");
    const name = placeOf(word);
    const page = await readPage(this.#client, { with: name, before: "", limit: SHOWN_AT_FIRST });
    if (!page.ok) return this.#failed(page);
    const { messages } = page.value;
    this.#place = { name, id: messages[0]?.conversationId ?? null };
    this.#say(messages.length === 0 ? `Nobody has written to ${plain(name)} yet.\n` : "");
    for (const message of messages) this.#show(message, true);
  }

  async #onEvent({ event, message }: SubscribeResponse, address: string): Promise<void> {
    if (event === "ready" && address !== this.#address) {
      if (this.#address !== null) this.#say(`(${this.#address} does not answer; continued at ${address})\n`);
      this.#address = address;
    }
    if (event === "reset" && this.#place !== null) {
      this.#say("(the history has changed; the newest messages again)\n");
      await this.#open(this.#place.name);
    }
    if (event !== "message" || message === null || message === undefined) return;
    // The first message of a conversation that was opened without any.
    if (this.#place !== null && this.#place.id === null) {
      const name = await this.#nameOf(message.conversationId);
      if (name.toLowerCase() === this.#place.name.toLowerCase()) this.#place.id = message.conversationId;
    }
    if (message.conversationId === this.#place?.id) return this.#show(message);
    const where = await this.#nameOf(message.conversationId);
    this.#say(messageText(message, `[${where}]`));
  }

  #show(message: Message, again = false): void {
    if (this.#shown.has(message.id) && !again) return this.#prompt();
    this.#shown.add(message.id);
    for (const oldest of this.#shown) {
      if (this.#shown.size <= REMEMBERED_MAX) break;
      this.#shown.delete(oldest);
    }
    this.#say(messageText(message));
    if (message.unread) this.#markRead(message);
  }

  /** Marks in the background, one mark at a time: each covers all messages before it. */
  #markRead(upTo: Message): void {
    this.#read.upTo = upTo;
    if (this.#read.busy) return;
    this.#read.busy = true;
    void (async () => {
      while (this.#read.upTo !== null) {
        const { id, conversationId } = this.#read.upTo;
        this.#read.upTo = null;
        // If it fails, the messages stay unread, and the next mark covers them.
        await this.#client.call("MarkRead", { conversationId, upTo: id });
      }
      this.#read.busy = false;
    })();
  }

  /** The name of a conversation: of its room, or of the other person. */
  async #nameOf(id: string): Promise<string> {
    const known = this.#names.get(id);
    if (known !== undefined) return known;
    let beforeSeq = 0;
    for (let pages = 0; pages < PAGES_MAX; pages++) {
      const page = await this.#client.call("ListConversations", { limit: PAGE, beforeSeq });
      if (!page.ok) break;
      const { conversations } = page.value;
      for (const one of conversations) this.#names.set(one.id, nameOf(one));
      beforeSeq = conversations.at(-1)?.lastSeq ?? 0;
      if (this.#names.has(id) || conversations.length < PAGE) break;
    }
    return this.#names.get(id) ?? "elsewhere";
  }

  async #list(): Promise<void> {
    const page = await this.#client.call("ListConversations", { limit: LIST_MAX });
    if (!page.ok) return this.#failed(page);
    const { conversations } = page.value;
    if (conversations.length === 0)
      return this.#say("You have no conversations yet. /people and /rooms show what there is.\n");
    const sorted = conversations.toSorted((a, b) => Number(b.unread > 0) - Number(a.unread > 0));
    const rows = sorted.map(
      (one) => `${one.unread > 0 ? String(one.unread).padStart(4) : "    "} ${plain(nameOf(one))}\n`,
    );
    this.#say(rows.join(""));
  }

  async #rooms(): Promise<void> {
    const page = await this.#client.call("ListRooms", { limit: LIST_MAX });
    if (!page.ok) return this.#failed(page);
    const { rooms } = page.value;
    this.#say(rows(rooms.map(roomText), "lastword rooms"));
  }

  async #search(query: string): Promise<void> {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    const page = await this.#client.call("Search", { query, limit: LIST_MAX, timeZone });
    if (!page.ok) return this.#failed(page);
    this.#say(
      page.value.hits.length === 0 ? "Nothing was found.\n" : page.value.hits.toReversed().map(hitText).join(""),
    );
  }

  async #pins(): Promise<void> {
    if (this.#place === null) return this.#say("! Of what? /open NAME or /open #ROOM first.\n");
    await this.#search(`is:pinned in:"${this.#place.name}"`);
  }

  async #people(): Promise<void> {
    const page = await this.#client.call("ListUsers", { limit: LIST_MAX });
    if (!page.ok) return this.#failed(page);
    const { users } = page.value;
    this.#say(
      rows(
        users.map((user) => personText(user, user.role)),
        "lastword people",
      ),
    );
  }

  async #join(room: string): Promise<void> {
    const joined = await this.#client.call("JoinRoom", { room: roomOf(room), clientId: crypto.randomUUID() });
    if (!joined.ok) return this.#failed(joined);
    await this.#open(`#${joined.value.room!.name}`);
  }

  async #leave(word: string): Promise<void> {
    const room = roomOf(word);
    const left = await this.#client.call("LeaveRoom", { room, clientId: crypto.randomUUID() });
    if (!left.ok) return this.#failed(left);
    if (this.#place?.name.toLowerCase() === room.toLowerCase()) this.#place = null;
    this.#say(`You left ${plain(room)}.\n`);
  }
}

function nameOf(conversation: {
  readonly room?: { readonly name: string } | null | undefined;
  readonly with?: { readonly name: string } | null | undefined;
  readonly group?: readonly { readonly name: string }[] | undefined;
}): string {
  const group = (conversation.group ?? []).map(({ name }) => name).join(", ");
  return conversation.room ? `#${conversation.room.name}` : (conversation.with?.name ?? (group || "elsewhere"));
}

/** The first rows of a list, and how to get all. */
function rows(lines: readonly string[], command: string): string {
  return lines.length < LIST_MAX ? lines.join("") : `${lines.join("")}(${command} lists all)\n`;
}
