/**
 * The clients of the simulated world: writers that send one op at a time and retry it with the
 * same key at another replica, and streams that follow the applied ops by cursor.
 */
import type { OpResult } from "../../src/chat/applied-op.ts";
import { directId, threadIdOf, type ConversationId, type MessageId } from "../../src/chat/ids.ts";
import { standingOf } from "../../src/chat/cursor.ts";
import type { Seq, ViewNo } from "../../src/election/view.ts";
import { printViewNo, sameViewNo } from "../../src/election/view.ts";
import { ChatUser, reactionEffect, roomEffect, seatEffect, THUMB, versionEffect, type KeyedOp } from "./chat.ts";
import type { Mark } from "./checks.ts";
import { Reader } from "./readers.ts";
import { readLatest } from "./reads.ts";
import type { Random } from "./random.ts";
import type { SimReplica } from "./replica.ts";
import { chainHash, entryHash, viewHash } from "./state.ts";
import type { World } from "./world.ts";

/** A reader gives up after this long. */
const READ_MS_MAX = 3_000;

/** One in so many messages in rooms is a reply to what was said there. */
const REPLY_EVERY = 3;
/** Of the others, every so many changes a message: a reaction, or another text. */
const CHANGE_EVERY = 4;

/** A writer's request: `request` builds the op with a given time, `told` takes the result. */
interface Request {
  readonly request: (micros: number) => KeyedOp;
  readonly told: (result: OpResult) => void;
  /** What is there for ever once it is acknowledged, where its key does not say it. */
  readonly effects?: readonly string[] | undefined;
}

/** A writer that waits for each answer before it sends again. */
export class Writer {
  readonly #world: World;
  readonly #random: Random;
  /** Of its own, so that what she does in rooms moves nothing else. */
  readonly #roomRandom: Random;
  readonly #user: ChatUser;
  /** Rooms that she has made, and all that she is in: acknowledged. */
  readonly ownRooms: ConversationId[] = [];
  readonly #rooms = new Set<ConversationId>();
  /** What she said last in each room: acknowledged. */
  readonly #said = new Map<ConversationId, MessageId>();
  readonly #usesRooms: boolean;
  readonly #friends: () => readonly Writer[];
  readonly #thinkMs: number;
  #sent = 0;
  /** True once her registration is acknowledged. */
  registered = false;
  #stopped = false;
  get finished(): boolean {
    return this.#stopped;
  }

  /** True while no op is under way. */
  idle = true;
  /** The same person as a reader of the messages that others send to her. */
  readonly reader: Reader;

  /** `inRooms`: half of what she would write to herself she does in rooms instead. */
  constructor(
    world: World,
    name: string,
    thinkMs: number,
    friends: () => readonly Writer[],
    { inRooms = false }: { readonly inRooms?: boolean } = {},
  ) {
    this.#world = world;
    this.#usesRooms = inRooms;
    this.#user = new ChatUser(name);
    this.reader = new Reader(world, this.#user, thinkMs);
    this.#friends = friends;
    this.#random = world.random.split(name);
    this.#roomRandom = world.random.split(`${name} in rooms`);
    this.#thinkMs = thinkMs;
  }

  start(): void {
    this.#world.queue.after(this.#random.between(0, this.#thinkMs), () => this.#next());
  }

  /** Finishes the op that is under way, and sends no other. */
  finish(): void {
    this.#stopped = true;
  }

  #next(): void {
    if (this.#stopped) {
      this.idle = true;
      return;
    }
    this.idle = false;
    const { request, told, effects } = this.#request();
    const life = { done: false, replica: null, told, effects };
    this.#attempt(request, this.#world.now, this.#world.checks.invoked(), life);
  }

  /** Her next request. It is a function, because a replica builds the op again at each attempt. */
  #request(): Request {
    if (!this.registered) {
      return {
        request: (micros) => this.#user.register(micros, this.#random.hex16()),
        told: (result) => {
          if (result.kind === "registered") this.reader.loggedIn(result.session);
        },
      };
    }
    const n = this.#sent++;
    const friends = this.#friends().filter((f) => f.registered);
    const to = this.#random.chance(0.3) ? this.#random.pick(friends) : this;
    if (to === this && this.#usesRooms && this.#roomRandom.chance(0.5)) return this.#inRooms(n, friends);
    return {
      request: (micros) => this.#user.send(n, to.#user, micros),
      told: () => {
        if (to !== this) to.reader.sent(directId(this.#user.id, to.#user.id), this.#user.idOf(n));
      },
    };
  }

  /** Something in a room: she makes one, joins a friend's, or writes to one that she is in. */
  #inRooms(n: number, friends: readonly Writer[]): Request {
    const random = this.#roomRandom;
    const { checks } = this.#world;
    const others = friends.flatMap(({ ownRooms }) => ownRooms).filter((room) => !this.#rooms.has(room));
    if (this.ownRooms.length === 0) {
      // Everybody wants this name first; who is refused, or loses it in a merge, has another one.
      const name = random.chance(0.5) ? "everybody" : this.#user.name;
      const { room, made } = this.#user.createRoom(n, name);
      const told = (): void => {
        checks.coverage.rooms++;
        this.ownRooms.push(room);
        this.#rooms.add(room);
      };
      return { request: made, told, effects: [roomEffect(room), seatEffect(room, this.#user.id)] };
    }
    if (others.length > 0 && random.chance(0.4)) {
      const room = random.pick(others);
      const request = (micros: number): KeyedOp => this.#user.join(n, room, micros);
      const told = (): void => {
        checks.coverage.rooms++;
        this.#rooms.add(room);
      };
      return { request, told, effects: [seatEffect(room, this.#user.id)] };
    }
    const room = random.pick([...this.#rooms]);
    const author = n % REPLY_EVERY === 0 ? [...friends, this].find((one) => one.#said.has(room)) : undefined;
    if (author !== undefined) return this.#reply(n, room, author);
    const speaker = n % CHANGE_EVERY === 0 ? [...friends, this].find((one) => one.#said.has(room)) : undefined;
    if (speaker !== undefined) return this.#change(n, speaker.#said.get(room)!, speaker === this);
    return {
      request: (micros) => this.#user.say(n, room, micros),
      told: () => {
        checks.coverage.rooms++;
        this.#said.set(room, this.#user.idOf(n));
        for (const other of friends)
          if (other !== this && other.#rooms.has(room)) other.reader.sent(room, this.#user.idOf(n));
      },
    };
  }

  /** Another text for what she said last in a room, or her reaction to what a friend said there. */
  #change(n: number, message: MessageId, isOwn: boolean): Request {
    const told = (): void => {
      this.#world.checks.coverage.changes++;
    };
    return isOwn
      ? {
          request: (micros) => this.#user.edit(n, message, micros),
          told,
          effects: [versionEffect(message, `text ${n}`)],
        }
      : {
          request: (micros) => this.#user.react(n, message, micros),
          told,
          effects: [reactionEffect(message, this.#user.id, THUMB)],
        };
  }

  /** A reply to what somebody said last in a room. The author of it follows the thread, and reads the reply. */
  #reply(n: number, room: ConversationId, author: Writer): Request {
    const root = author.#said.get(room)!;
    return {
      request: (micros) => this.#user.reply(n, root, room, micros),
      told: () => {
        this.#world.checks.coverage.replies++;
        if (author !== this) author.reader.sent(threadIdOf(root), this.#user.idOf(n));
      },
    };
  }

  /** Sends one message to one replica, without retries. Calls `acked` when it is acknowledged. */
  sendOnce(replica: SimReplica, acked: () => void): void {
    const n = this.#sent++;
    const { checks, now } = this.#world;
    const before = checks.invoked();
    const stamped = replica.stamp((micros) => this.#user.send(n, this.#user, micros));
    const { key } = stamped;
    replica.submit(stamped, (outcome) => {
      if (outcome.kind === "refused" || outcome.kind === "error") checks.refused.push(key);
      if (outcome.kind !== "applied") return;
      const { seq, viewNo } = outcome;
      checks.acked({ key, seq, viewNo, replica: replica.id, invokedAt: now, ackedAt: this.#world.now }, before);
      acked();
    });
  }

  #attempt(
    request: (micros: number) => KeyedOp,
    invokedAt: number,
    before: Mark | null,
    life: { done: boolean; replica: SimReplica | null } & Pick<Request, "told" | "effects">,
  ): void {
    if (life.done) return;
    const world = this.#world;
    const random = this.#random;
    const others = world.replicas.filter((r) => r.alive && r !== life.replica);
    const again = (delayMs: number) => {
      let used = false;
      world.queue.after(delayMs, () => {
        if (!used) this.#attempt(request, invokedAt, before, life);
        used = true;
      });
    };
    if (others.length === 0) {
      life.replica = null;
      return again(random.between(20, 200));
    }
    const replica = random.pick(others);
    life.replica = replica;
    let over = false;
    const retry = (delayMs: number) => {
      if (over) return;
      over = true;
      again(delayMs);
    };
    world.queue.after(random.between(900, 3000), () => retry(0));
    replica.later(random.between(0.1, 1), () => {
      if (life.done) return;
      const stamped = replica.stamp(request);
      replica.submit(stamped, (outcome) => {
        if (life.done) return;
        // A branch that has not seen her or her friend register refuses the message, so she tries another replica.
        if (outcome.kind === "error" && outcome.error !== "not_logged_in") life.done = true;
        if (life.done) return this.#rest();
        if (outcome.kind !== "applied") return retry(random.between(5, 50));
        life.done = true;
        this.registered = true;
        life.told(outcome.result);
        const { seq, viewNo } = outcome;
        const { key } = stamped;
        const { effects } = life;
        const ack = { key, seq, viewNo, replica: replica.id, invokedAt, ackedAt: world.now };
        world.checks.acked(effects === undefined ? ack : { ...ack, effects }, before);
        this.#rest();
      });
    });
  }

  #rest(): void {
    this.#world.queue.after(this.#random.between(0.2, 1.8) * this.#thinkMs, () => this.#next());
  }
}

/** I12: sends ops that are never retried, so that a definite refusal can be checked. */
export class OneShots {
  readonly #world: World;
  readonly #random: Random;
  readonly #writers: readonly Writer[];

  constructor(world: World, writers: readonly Writer[]) {
    this.#world = world;
    this.#random = world.random.split("one shots");
    this.#writers = writers;
  }

  start(): void {
    this.#world.queue.after(this.#random.between(500, 2500), () => {
      const running = this.#world.replicas.filter((r) => r.running);
      const writers = this.#writers.filter((w) => w.registered && !w.finished);
      if (running.length > 0 && writers.length > 0)
        this.#random.pick(writers).sendOnce(this.#random.pick(running), () => {});
      this.start();
    });
  }
}

/** I8: makes reads with a read index, which must see everything that was acknowledged before they were sent. */
export class LatestReader {
  readonly #world: World;
  readonly #random: Random;

  constructor(world: World, name: string) {
    this.#world = world;
    this.#random = world.random.split(name);
  }

  start(): void {
    const world = this.#world;
    world.queue.after(this.#random.between(200, 800), () => {
      const alive = world.replicas.filter((r) => r.alive);
      if (alive.length > 0) this.#ask(this.#random.pick(alive));
      this.start();
    });
  }

  #ask(replica: SimReplica): void {
    const world = this.#world;
    const before = world.checks.invoked();
    replica.later(0, () => {
      readLatest(replica, world.reading, (seq) => world.checks.read(replica, seq, before));
    });
  }
}

/**
 * I9: a stream that resumes by cursor at any replica, by the chat's own rule (standingOf). Between two resets it must
 * see the history without gaps or duplicates, which is checked by folding what it sees into the same chain hash that
 * the replicas keep. It must not wait for a position that only a dead branch has.
 */
export class Stream {
  readonly #world: World;
  readonly #random: Random;
  #cursor: { seq: Seq; viewNo: ViewNo; chain: number } | null = null;
  #replica: SimReplica | null = null;
  #epoch = 0;
  resets = 0;

  constructor(world: World, name: string) {
    this.#world = world;
    this.#random = world.random.split(name);
  }

  start(): void {
    this.#world.queue.after(this.#random.between(100, 400), () => {
      this.#poll();
      this.start();
    });
  }

  #poll(): void {
    const { replicas } = this.#world;
    if (this.#replica === null || !this.#replica.running || this.#random.chance(0.1)) {
      const running = replicas.filter((r) => r.running);
      if (running.length === 0) return;
      this.#replica = this.#random.pick(running);
    }
    const cursor = this.#cursor;
    if (cursor === null) this.#reset(this.#replica);
    else this.#resume(this.#replica, cursor, false);
  }

  /** `caughtUp`: the replica has just confirmed that it has everything that was acknowledged when it got the cursor. */
  #resume(replica: SimReplica, cursor: { seq: Seq; viewNo: ViewNo; chain: number }, caughtUp: boolean): void {
    const world = this.#world;
    const { state } = replica;
    if (state.appliedView === null) return;
    const position = replica.position();
    // Between the switch to a snapshot and its opening, a replica serves nothing.
    if (!sameViewNo(position.applied().viewNo, state.appliedView)) return;
    const where = `${printViewNo(cursor.viewNo)}:${cursor.seq}`;
    const standing = standingOf(cursor, position, caughtUp && !world.mutants.has("cursor-waits-for-the-dead"));
    if (standing === "ahead") {
      if (!caughtUp) return this.#wait(replica, cursor);
      return world.broken(
        "I9",
        `a stream waits for ${where} at replica ${replica.id}, which has all that its leader has`,
      );
    }
    if (standing === "lost") {
      const { checks } = world;
      if (checks.promises.noForks && !checks.risky && this.#epoch === checks.epoch) {
        world.broken("I9", `replica ${replica.id} resets ${where} though nothing forked`);
      }
      this.resets++;
      return this.#reset(replica);
    }
    if (cursor.seq >= state.appliedSeq) return;
    if (cursor.seq + 1 < replica.log.firstSeq) return this.#reset(replica); // COMPACTED
    this.#follow(replica, cursor);
  }

  /** Makes a read index, and resumes once this replica has applied as far as the leader's answer says. */
  #wait(replica: SimReplica, cursor: { seq: Seq; viewNo: ViewNo; chain: number }): void {
    replica.later(0, () => {
      replica.readIndex(READ_MS_MAX, () => {
        if (this.#replica === replica && this.#cursor === cursor) this.#resume(replica, cursor, true);
      });
    });
  }

  #reset(replica: SimReplica): void {
    const { state } = replica;
    if (state.appliedView === null) return;
    this.#cursor = { seq: state.appliedSeq, viewNo: state.appliedView, chain: state.chain };
    this.#epoch = this.#world.checks.epoch;
  }

  #follow(replica: SimReplica, from: { seq: Seq; viewNo: ViewNo; chain: number }): void {
    const { state, log } = replica;
    let { seq, viewNo, chain } = from;
    for (const batch of log.read(seq + 1, state.appliedSeq)) {
      viewNo = batch.kind === "view" ? batch.view.no : batch.viewNo;
      const view = viewHash(viewNo);
      for (const content of batch.kind === "view" ? [null] : batch.ops) {
        seq++;
        chain = chainHash(chain, view, entryHash(content));
      }
    }
    this.#cursor = { seq, viewNo, chain };
    if (chain !== state.chain) {
      this.#world.broken(
        "I9",
        `a stream at replica ${replica.id} sees a gap or a double between ${from.seq} and ${seq}`,
      );
    }
  }
}
