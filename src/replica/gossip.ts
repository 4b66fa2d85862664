/**
 * What replicas send each other outside the log: which users are connected, who is typing, how many files they lack, and
 * the addresses of each replica. Frames may be lost, so messages about presence are numbered. A replica
 * that sees a gap, a restart or an unknown sender asks for everything again, and forgets what a peer
 * said as soon as that peer is no longer heard; but its users stay online for a while.
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
  filesLacking: number;
  /** Looks left before an unheard peer counts as dead, because its first gossip may arrive before its first Beat. */
  graceLooks: number;
}

export interface GossipDeps {
  readonly self: number;
  readonly peers: readonly number[];
  /** Sends to all peers; may be lost. */
  readonly send: (news: GossipNews) => void;
  /** True while the peer counts as alive. */
  readonly hears: (peer: number) => boolean;
  /** How many files of messages this replica lacks. */
  readonly filesLacking: () => number;
}

/** Maximum number of users in a message. Ids of 12 characters stay well below the 64 KiB of a frame. */
const USERS_PER_MESSAGE = 2000;
/** Maximum number of typing notices in a message. More are dropped; they come again with the next letters. */
const TYPING_PER_MESSAGE = 200;
/** Maximum number of signs of life in a message. More are dropped; each page sends its next one 10 s later. */
const ALIVE_PER_MESSAGE = 500;
/** Maximum number of names of one replica. */
const NAMES_MAX = 64;
/** Changes within this time are sent together. */
const GATHER_MS = 50;
/** How often a replica repeats its number, so that peers see a gap even if it has no news. */
const BEAT_MS = 2_000;
/** How often a replica checks which peers it still hears. */
const LOOK_MS = 400;
const GRACE_LOOKS = 2;
/**
 * Looks for which the users of a peer that is no longer heard stay online: 4 s, in which a replica that stood still for a
 * moment is back, and the pages of a dead one are at another replica.
 */
const LINGER_LOOKS = 10;

/** Presence over all replicas, and the facts about them. */
export class ReplicaGossip implements Presence {
  readonly #deps: GossipDeps;
  readonly #local = new Set<string>();
  readonly #heard = new Map<number, Heard>();
  /** The users of peers that are no longer heard, and for how many looks they stay online. */
  readonly #lingering = new Map<number, { readonly online: ReadonlySet<string>; looks: number }>();
  /** What each peer last said about itself, kept because a dead one usually returns at the same address. */
  readonly #lastFacts = new Map<number, ReplicaFacts>();
  readonly #listeners: ((userId: string, online: boolean) => void)[] = [];
  readonly #typingListeners: ((conversationId: string, userId: string) => void)[] = [];
  readonly #aliveListeners: ((userId: string, stream: string) => void)[] = [];
  readonly #changed = new Map<string, boolean>();
  readonly #typing = new Map<string, { conversationId: string; userId: string }>();
  readonly #alive = new Map<string, { userId: string; streamId: string }>();
  #facts: ReplicaFacts | null = null;
  /** Number of messages with changes of presence that were sent since the start. */
  #number = 0;
  #beat: ReturnType<typeof setInterval> | null = null;
  #look: ReturnType<typeof setInterval> | null = null;
  #gather: ReturnType<typeof setTimeout> | null = null;

  constructor(deps: GossipDeps) {
    this.#deps = deps;
  }

  /** Starts to announce this replica and its users to the peers. */
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

  /** What a living peer, or this replica, says about itself; null if nothing is known. */
  factsOf(id: number): ReplicaFacts | null {
    return id === this.#deps.self ? this.#facts : (this.#heard.get(id)?.facts ?? null);
  }

  /** Like `factsOf`, but also for a peer that is no longer heard. */
  lastFactsOf(id: number): ReplicaFacts | null {
    return this.factsOf(id) ?? this.#lastFacts.get(id) ?? null;
  }

  /** How many files of messages a living peer lacks; null if nothing is known. At most 2 s old. */
  filesLackingAt(peer: number): number | null {
    return this.#heard.get(peer)?.filesLacking ?? null;
  }

  isOnline(userId: string): boolean {
    if (this.#local.has(userId)) return true;
    for (const { online } of this.#heard.values()) if (online.has(userId)) return true;
    for (const { online } of this.#lingering.values()) if (online.has(userId)) return true;
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
   * Passes on a sign of life from the page of a stream that another replica serves. At an address that replicas
   * share, each request may reach another replica.
   */
  sendAlive(userId: string, streamId: string): void {
    if (this.#alive.size >= ALIVE_PER_MESSAGE) return;
    this.#alive.set(`${userId} ${streamId}`, { userId, streamId });
    this.#soon();
  }

  onAlive(listener: (userId: string, stream: string) => void): void {
    this.#aliveListeners.push(listener);
  }

  /** Call it when a stream to a peer was opened. The peer may have missed anything, so everything is sent. */
  peerConnected(): void {
    this.#sayAll();
  }

  /** Takes a peer's news, up to the maximum of each list. */
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

  #receiveAll(from: number, all: NonNullable<GossipNews["presenceAll"]>): void {
    const { number, facts: wire, online, filesLacking } = all;
    if (wire === null) return;
    const facts = factsFromWire(wire);
    this.#lastFacts.set(from, facts);
    this.#replace(from, { number, facts, online: new Set(online), filesLacking, graceLooks: GRACE_LOOKS });
  }

  #receiveChange(from: number, change: NonNullable<GossipNews["presenceChange"]>): void {
    const { bootId, number, online, offline, filesLacking } = change;
    const known = this.#heard.get(from);
    const users = [...online, ...offline];
    const expected = known === undefined ? NaN : known.number + (users.length > 0 ? 1 : 0);
    if (known === undefined || known.facts.bootId !== bootId || expected !== number) {
      this.#deps.send({ presenceWanted: from });
      return;
    }
    known.number = number;
    known.filesLacking = filesLacking;
    known.graceLooks = GRACE_LOOKS;
    this.#changing(users, () => {
      for (const user of online) known.online.add(user);
      for (const user of offline) known.online.delete(user);
    });
  }

  #replace(from: number, next: Heard | null): void {
    const { online = [] } = this.#lingering.get(from) ?? {};
    const users = new Set([...(this.#heard.get(from)?.online ?? []), ...online, ...(next?.online ?? [])]);
    this.#changing([...users], () => {
      this.#lingering.delete(from);
      if (next === null) this.#heard.delete(from);
      else this.#heard.set(from, next);
    });
  }

  #linger(peer: number, { online }: Heard): void {
    this.#heard.delete(peer);
    this.#lingering.set(peer, { online, looks: LINGER_LOOKS });
  }

  /** Runs `change` and notifies the listeners of those of `users` who came online or went offline by it. */
  #changing(users: readonly string[], change: () => void): void {
    const before = users.map((user) => this.isOnline(user));
    change();
    for (const [i, user] of users.entries()) {
      const online = this.isOnline(user);
      if (online !== before[i]) for (const listener of this.#listeners) listener(user, online);
    }
  }

  #forgetDead(): void {
    for (const [peer, lingering] of this.#lingering) {
      lingering.looks -= 1;
      if (lingering.looks <= 0) this.#replace(peer, null);
    }
    for (const [peer, heard] of this.#heard) {
      heard.graceLooks -= 1;
      if (heard.graceLooks < 0 && !this.#deps.hears(peer)) this.#linger(peer, heard);
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
    const filesLacking = this.#deps.filesLacking();
    const presenceAll = { number: this.#number, facts: factsToWire(facts), online: first, filesLacking };
    this.#deps.send({ presenceAll });
    for (let i = USERS_PER_MESSAGE; i < all.length; i += USERS_PER_MESSAGE) {
      this.#sayChange(all.slice(i, i + USERS_PER_MESSAGE), []);
    }
  }

  /** Sends who came online and who went offline. Without any user it repeats the number of the last message. */
  #sayChange(online: readonly string[], offline: readonly string[]): void {
    if (this.#facts === null) return;
    if (online.length + offline.length > 0) this.#number += 1;
    const filesLacking = this.#deps.filesLacking();
    const presenceChange = { bootId: this.#facts.bootId, number: this.#number, online, offline, filesLacking };
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
