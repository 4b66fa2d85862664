/**
 * What replicas tell each other outside the log: who is connected to them, who types, and
 * where they are found. Frames may be lost, so every message is numbered: who sees a gap, a restart
 * or a stranger asks for everything again. What a replica said is forgotten as soon as it
 * is no longer heard.
 */
import type { ReplicaFacts } from "../ops/replica-facts.ts";
import type { Presence } from "../chat/ports.ts";

interface Message {
  /** bootId of the sender. */
  readonly boot: string;
  /** Counts the changes that this sender has told since its boot. */
  readonly n: number;
  readonly facts?: ReplicaFacts;
  /** Everybody who is connected there (with `facts`); later changes follow as on and off. */
  readonly all?: readonly string[];
  readonly on?: readonly string[];
  readonly off?: readonly string[];
  /** The replica that shall say everything again. */
  readonly want?: number;
  /** Pairs of conversation and user: somebody types there. Not numbered; what is lost is lost. */
  readonly typing?: readonly (readonly [string, string])[];
  /** Pairs of user and stream: its page has said here that it is there. Not numbered either, it says so again. */
  readonly alive?: readonly (readonly [string, string])[];
}

interface Heard {
  boot: string;
  n: number;
  facts: ReplicaFacts;
  readonly online: Set<string>;
  /** Looks until it counts as dead if it is not heard: its first gossip may come before its first Beat. */
  graceLooks: number;
}

export interface GossipDeps {
  readonly self: number;
  readonly peers: readonly number[];
  /** To all peers; may be lost. */
  readonly send: (payload: string) => void;
  /** True while the peer counts as alive. */
  readonly hears: (peer: number) => boolean;
}

/** A user id is 12 characters: this many stay well below the 64 KiB of one frame. */
const USERS_PER_MESSAGE = 2000;
/** Typing told at one time; more is dropped, it comes again with the next letters. */
const TYPING_PER_MESSAGE = 200;
/** Signs of life of other replicas' streams told at one time; more is dropped, each page sends the next one 10 s later. */
const ALIVE_PER_MESSAGE = 500;
/** Names told of one replica. */
const NAMES_MAX = 64;
/** Changes within this time leave together. */
const GATHER_MS = 50;
/** How often a replica says its number: a gap is seen by then, if nothing else was said in between. */
const BEAT_MS = 2_000;
/** How often it looks who is still heard: whoever was connected to a dead replica is gone within 2 s. */
const LOOK_MS = 400;
const GRACE_LOOKS = 2;

/** Presence over all replicas, and the facts about them. */
export class ReplicaGossip implements Presence {
  readonly #deps: GossipDeps;
  readonly #local = new Set<string>();
  readonly #heard = new Map<number, Heard>();
  /** What each peer last said about itself; a dead one comes back at the same place. */
  readonly #lastFacts = new Map<number, ReplicaFacts>();
  readonly #listeners: ((userId: string, online: boolean) => void)[] = [];
  readonly #typingListeners: ((conversationId: string, userId: string) => void)[] = [];
  readonly #aliveListeners: ((userId: string, stream: string) => void)[] = [];
  readonly #changed = new Map<string, boolean>();
  readonly #typing = new Map<string, readonly [string, string]>();
  readonly #alive = new Map<string, readonly [string, string]>();
  #facts: ReplicaFacts | null = null;
  #n = 0;
  #beat: ReturnType<typeof setInterval> | null = null;
  #look: ReturnType<typeof setInterval> | null = null;
  #gather: ReturnType<typeof setTimeout> | null = null;

  constructor(deps: GossipDeps) {
    this.#deps = deps;
  }

  /** From now on this replica describes itself. */
  start(facts: ReplicaFacts): void {
    this.#facts = { ...facts, names: facts.names.slice(0, NAMES_MAX) };
    this.#beat = setInterval(() => this.#send({}), BEAT_MS);
    this.#look = setInterval(() => this.#forgetDead(), LOOK_MS);
    this.#sayAll();
  }

  stop(): void {
    if (this.#beat !== null) clearInterval(this.#beat);
    if (this.#look !== null) clearInterval(this.#look);
    if (this.#gather !== null) clearTimeout(this.#gather);
  }

  /** What a living peer said about itself, or this replica about itself; null if nothing is known. */
  factsOf(id: number): ReplicaFacts | null {
    return id === this.#deps.self ? this.#facts : (this.#heard.get(id)?.facts ?? null);
  }

  /** The same, of a peer that is no longer heard too. */
  lastFactsOf(id: number): ReplicaFacts | null {
    return this.factsOf(id) ?? this.#lastFacts.get(id) ?? null;
  }

  isOnline(userId: string): boolean {
    if (this.#local.has(userId)) return true;
    for (const { online } of this.#heard.values()) if (online.has(userId)) return true;
    return false;
  }

  setLocal(userId: string, online: boolean): void {
    if (online === this.#local.has(userId)) return;
    this.#changing([userId], () => {
      if (online) this.#local.add(userId);
      else this.#local.delete(userId);
    });
    this.#changed.set(userId, online);
    this.#soon();
  }

  onChange(listener: (userId: string, online: boolean) => void): void {
    this.#listeners.push(listener);
  }

  sendTyping(conversationId: string, userId: string): void {
    if (this.#typing.size >= TYPING_PER_MESSAGE) return;
    this.#typing.set(`${conversationId} ${userId}`, [conversationId, userId]);
    this.#soon();
  }

  onTyping(listener: (conversationId: string, userId: string) => void): void {
    this.#typingListeners.push(listener);
  }

  /**
   * The page of a user's stream was heard here, but the stream is at another replica: at an address that
   * replicas share, each request may reach another one.
   */
  sendAlive(userId: string, stream: string): void {
    if (this.#alive.size >= ALIVE_PER_MESSAGE) return;
    this.#alive.set(`${userId} ${stream}`, [userId, stream]);
    this.#soon();
  }

  onAlive(listener: (userId: string, stream: string) => void): void {
    this.#aliveListeners.push(listener);
  }

  /** A stream to a peer was opened: it may have missed anything. */
  peerConnected(): void {
    this.#sayAll();
  }

  /** A peer's message. What cannot be read is left out: it comes again. */
  receive(from: number, payload: string): void {
    const message = parse(payload);
    if (message === null || !this.#deps.peers.includes(from)) return;
    if (message.want === this.#deps.self) this.#sayAll();
    for (const [conversation, user] of message.typing ?? []) {
      for (const listener of this.#typingListeners) listener(conversation, user);
    }
    for (const [user, stream] of message.alive ?? []) {
      for (const listener of this.#aliveListeners) listener(user, stream);
    }
    if (message.facts !== undefined && message.all !== undefined) {
      this.#lastFacts.set(from, message.facts);
      this.#replace(from, {
        boot: message.boot,
        n: message.n,
        facts: message.facts,
        online: new Set(message.all),
        graceLooks: GRACE_LOOKS,
      });
      return;
    }
    const known = this.#heard.get(from);
    const changes = [...(message.on ?? []), ...(message.off ?? [])];
    const expected = known === undefined ? NaN : known.n + (changes.length > 0 ? 1 : 0);
    if (known === undefined || known.boot !== message.boot || expected !== message.n) {
      this.#send({ want: from });
      return;
    }
    known.n = message.n;
    known.graceLooks = GRACE_LOOKS;
    this.#changing(changes, () => {
      for (const user of message.on ?? []) known.online.add(user);
      for (const user of message.off ?? []) known.online.delete(user);
    });
  }

  #replace(from: number, next: Heard | null): void {
    const users = new Set([...(this.#heard.get(from)?.online ?? []), ...(next?.online ?? [])]);
    this.#changing([...users], () => {
      if (next === null) this.#heard.delete(from);
      else this.#heard.set(from, next);
    });
  }

  /** Tells listeners about those of `users` for whom `change` makes a difference. */
  #changing(users: readonly string[], change: () => void): void {
    const before = users.map((user) => this.isOnline(user));
    change();
    for (const [i, user] of users.entries()) {
      const online = this.isOnline(user);
      if (online !== before[i]) for (const listener of this.#listeners) listener(user, online);
    }
  }

  #forgetDead(): void {
    for (const [peer, heard] of this.#heard) {
      heard.graceLooks -= 1;
      if (heard.graceLooks < 0 && !this.#deps.hears(peer)) this.#replace(peer, null);
    }
  }

  #soon(): void {
    this.#gather ??= setTimeout(() => this.#sayChanges(), GATHER_MS);
  }

  #sayChanges(): void {
    this.#gather = null;
    if (this.#typing.size > 0) this.#send({ typing: [...this.#typing.values()] });
    this.#typing.clear();
    if (this.#alive.size > 0) this.#send({ alive: [...this.#alive.values()] });
    this.#alive.clear();
    const changes = [...this.#changed];
    this.#changed.clear();
    for (let i = 0; i < changes.length; i += USERS_PER_MESSAGE) {
      const part = changes.slice(i, i + USERS_PER_MESSAGE);
      this.#n += 1;
      this.#send({
        on: part.filter(([, online]) => online).map(([user]) => user),
        off: part.filter(([, online]) => !online).map(([user]) => user),
      });
    }
  }

  #sayAll(): void {
    if (this.#facts === null) return;
    this.#changed.clear();
    const all = [...this.#local];
    this.#n += 1;
    this.#send({ facts: this.#facts, all: all.slice(0, USERS_PER_MESSAGE) });
    for (let i = USERS_PER_MESSAGE; i < all.length; i += USERS_PER_MESSAGE) {
      this.#n += 1;
      this.#send({ on: all.slice(i, i + USERS_PER_MESSAGE), off: [] });
    }
  }

  #send(content: Omit<Message, "boot" | "n">): void {
    if (this.#facts === null) return;
    this.#deps.send(JSON.stringify({ boot: this.#facts.bootId, n: this.#n, ...content } satisfies Message));
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isTexts(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.every(isText));
}

function isPairs(value: unknown, max: number): boolean {
  if (value === undefined) return true;
  if (!Array.isArray(value) || value.length > max) return false;
  return value.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isText));
}

function isFacts(facts: Partial<ReplicaFacts>): boolean {
  if (!isText(facts.web) || !isText(facts.grpc) || !isText(facts.bootId)) return false;
  return (facts.front === null || isText(facts.front)) && Array.isArray(facts.names) && isTexts(facts.names);
}

function parse(payload: string): Message | null {
  try {
    const read = JSON.parse(payload) as Partial<Message> | null;
    if (read === null || !isText(read.boot) || !Number.isInteger(read.n)) return null;
    if (!isTexts(read.all) || !isTexts(read.on) || !isTexts(read.off)) return null;
    if (!isPairs(read.typing, TYPING_PER_MESSAGE) || !isPairs(read.alive, ALIVE_PER_MESSAGE)) return null;
    const { facts } = read;
    if (facts !== undefined && !isFacts(facts)) return null;
    return read as Message;
  } catch {
    return null;
  }
}
