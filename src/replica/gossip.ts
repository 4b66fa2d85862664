/**
 * What replicas tell each other outside the log: who is connected to them, who types, and
 * where they are found. Frames may be lost, so every message is numbered: who sees a gap, a restart
 * or a stranger asks for everything again. What a replica said is forgotten as soon as it
 * is no longer heard.
 */
import type { WireReplicaFacts } from "../../proto/gen/lastword/v1/ReplicaFacts.ts";
import type { Decoded } from "../../proto/message-type.ts";
import type { Presence } from "../chat/ports.ts";
import type { GossipNews } from "../election/frame.ts";
import type { ReplicaFacts } from "../ops/replica-facts.ts";

interface Heard {
  number: number;
  readonly facts: ReplicaFacts;
  readonly online: Set<string>;
  /** Looks until it counts as dead if it is not heard: its first gossip may come before its first Beat. */
  graceLooks: number;
}

export interface GossipDeps {
  readonly self: number;
  readonly peers: readonly number[];
  /** To all peers; may be lost. */
  readonly send: (news: GossipNews) => void;
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
  readonly #typing = new Map<string, { conversationId: string; userId: string }>();
  readonly #alive = new Map<string, { userId: string; streamId: string }>();
  #facts: ReplicaFacts | null = null;
  /** Counts the messages about presence that were sent since the start. */
  #number = 0;
  #beat: ReturnType<typeof setInterval> | null = null;
  #look: ReturnType<typeof setInterval> | null = null;
  #gather: ReturnType<typeof setTimeout> | null = null;

  constructor(deps: GossipDeps) {
    this.#deps = deps;
  }

  /** From now on this replica describes itself. */
  start(facts: ReplicaFacts): void {
    this.#facts = { ...facts, names: facts.names.slice(0, NAMES_MAX) };
    this.#beat = setInterval(() => this.#sayChange([], []), BEAT_MS);
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
    this.#typing.set(`${conversationId} ${userId}`, { conversationId, userId });
    this.#soon();
  }

  onTyping(listener: (conversationId: string, userId: string) => void): void {
    this.#typingListeners.push(listener);
  }

  /**
   * The page of a user's stream was heard here, but the stream is at another replica: at an address that
   * replicas share, each request may reach another one.
   */
  sendAlive(userId: string, streamId: string): void {
    if (this.#alive.size >= ALIVE_PER_MESSAGE) return;
    this.#alive.set(`${userId} ${streamId}`, { userId, streamId });
    this.#soon();
  }

  onAlive(listener: (userId: string, stream: string) => void): void {
    this.#aliveListeners.push(listener);
  }

  /** A stream to a peer was opened: it may have missed anything. */
  peerConnected(): void {
    this.#sayAll();
  }

  /** A peer's news. What is more than anybody may send is left out. */
  receive(from: number, news: GossipNews): void {
    if (!this.#deps.peers.includes(from)) return;
    const { presenceAll, presenceChange, presenceWanted, typing, alive } = news;
    if (presenceAll) this.#receiveAll(from, presenceAll);
    if (presenceChange) this.#receiveChange(from, presenceChange);
    if (presenceWanted === this.#deps.self) this.#sayAll();
    for (const { conversationId, userId } of typing?.places.slice(0, TYPING_PER_MESSAGE) ?? []) {
      for (const listener of this.#typingListeners) listener(conversationId, userId);
    }
    for (const { userId, streamId } of alive?.pages.slice(0, ALIVE_PER_MESSAGE) ?? []) {
      for (const listener of this.#aliveListeners) listener(userId, streamId);
    }
  }

  #receiveAll(from: number, { number, facts: wire, online }: NonNullable<GossipNews["presenceAll"]>): void {
    if (wire === null) return;
    const facts = factsFromWire(wire);
    this.#lastFacts.set(from, facts);
    this.#replace(from, { number, facts, online: new Set(online), graceLooks: GRACE_LOOKS });
  }

  #receiveChange(from: number, change: NonNullable<GossipNews["presenceChange"]>): void {
    const { bootId, number, online, offline } = change;
    const known = this.#heard.get(from);
    const users = [...online, ...offline];
    const expected = known === undefined ? NaN : known.number + (users.length > 0 ? 1 : 0);
    if (known === undefined || known.facts.bootId !== bootId || expected !== number) {
      this.#deps.send({ presenceWanted: from });
      return;
    }
    known.number = number;
    known.graceLooks = GRACE_LOOKS;
    this.#changing(users, () => {
      for (const user of online) known.online.add(user);
      for (const user of offline) known.online.delete(user);
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
    const { send } = this.#deps;
    this.#gather = null;
    if (this.#typing.size > 0) send({ typing: { places: [...this.#typing.values()] } });
    this.#typing.clear();
    if (this.#alive.size > 0) send({ alive: { pages: [...this.#alive.values()] } });
    this.#alive.clear();
    const changes = [...this.#changed];
    this.#changed.clear();
    for (let i = 0; i < changes.length; i += USERS_PER_MESSAGE) {
      const part = changes.slice(i, i + USERS_PER_MESSAGE);
      const those = (wanted: boolean): string[] => part.filter(([, online]) => online === wanted).map(([user]) => user);
      this.#sayChange(those(true), those(false));
    }
  }

  #sayAll(): void {
    const facts = this.#facts;
    if (facts === null) return;
    this.#changed.clear();
    const all = [...this.#local];
    this.#number += 1;
    const first = all.slice(0, USERS_PER_MESSAGE);
    const presenceAll = { number: this.#number, facts: factsToWire(facts), online: first };
    this.#deps.send({ presenceAll });
    for (let i = USERS_PER_MESSAGE; i < all.length; i += USERS_PER_MESSAGE) {
      this.#sayChange(all.slice(i, i + USERS_PER_MESSAGE), []);
    }
  }

  /** Those who came and those who went; nobody: that this replica lives. */
  #sayChange(online: readonly string[], offline: readonly string[]): void {
    if (this.#facts === null) return;
    if (online.length + offline.length > 0) this.#number += 1;
    const presenceChange = { bootId: this.#facts.bootId, number: this.#number, online, offline };
    this.#deps.send({ presenceChange });
  }
}

function factsToWire({ front, ...facts }: ReplicaFacts): Decoded<WireReplicaFacts> {
  return front === null ? facts : { ...facts, front };
}

function factsFromWire(wire: Decoded<WireReplicaFacts>): ReplicaFacts {
  const { pid, bootId, version, grpc, web, front = null, names, since } = wire;
  return { pid, bootId, version, grpc, web, front, names: names.slice(0, NAMES_MAX), since };
}
