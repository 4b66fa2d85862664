/**
 * Readers of the simulated world: each marks the messages that her friends have sent to her, one mark at a time. Marks
 * go through the chat's own gatherer, so that those of several people at one replica become one op. A reader that gets
 * no answer marks the same messages again at another replica, as the page does.
 */
import { parseCursor } from "../../src/chat/cursor.ts";
import type { Answer } from "../../src/chat/errors.ts";
import type { ConversationId } from "../../src/chat/ids.ts";
import type { Mark } from "../../src/chat/kinds/marks.ts";
import { readEffect, type ChatUser } from "./chat.ts";
import type { Random } from "./random.ts";
import type { SimReplica } from "./replica.ts";
import type { World } from "./world.ts";

/** A reader looks only at this many newest messages. */
const SHOWN_MAX = 8;
/** She repeats a mark after this long without an answer. */
const ANSWER_MS = 3_000;
/** After this many attempts she gives up, because her login or the message is on another branch. */
const ATTEMPTS_MAX = 8;

/** A message that was sent to her. */
interface Shown {
  readonly conversation: ConversationId;
  readonly id: string;
}

/** A reader; she uses the account of a writer. */
export class Reader {
  readonly #world: World;
  readonly #random: Random;
  readonly #user: ChatUser;
  readonly #thinkMs: number;
  #shown: Shown[] = [];
  #session: string | null = null;
  #stopped = false;
  /** True while no mark is under way. */
  idle = true;

  constructor(world: World, user: ChatUser, thinkMs: number) {
    this.#world = world;
    this.#user = user;
    this.#thinkMs = thinkMs;
    this.#random = world.random.split(`${user.name} reads`);
  }

  start(): void {
    this.#world.queue.after(this.#random.between(0.5, 1.5) * this.#thinkMs, () => this.#next());
  }

  /** Finishes the mark that is under way, and sends no other. */
  finish(): void {
    this.#stopped = true;
  }

  loggedIn(session: string): void {
    this.#session = session;
  }

  /** Notes that a message to her was acknowledged. From now on she may be shown it. */
  sent(conversation: ConversationId, id: string): void {
    this.#shown = [...this.#shown.slice(1 - SHOWN_MAX), { conversation, id }];
  }

  /** True if she is logged in and has something to read. */
  get isShown(): boolean {
    return this.#session !== null && this.#shown.length > 0;
  }

  /** Marks the newest message to her once, at this replica. Calls `acked` when the mark is acknowledged. */
  markOnce(replica: SimReplica, acked: () => void): void {
    const newest = this.#shown.at(-1);
    if (newest === undefined) throw new Error(`nothing was sent to ${this.#user.name}`);
    const mark = this.#mark(null, [newest.id]);
    void replica.mark(mark).then((answer) => {
      if (!answer.ok) return;
      this.#acked(replica, mark, answer, this.#world.now);
      acked();
    });
  }

  #next(): void {
    this.idle = this.#stopped;
    if (this.#stopped) return;
    if (!this.isShown) return this.start();
    this.#attempt(this.#random.pick(this.#shown), this.#random.chance(0.5), 1);
  }

  /** Marks this message, or with `isUpTo` every message of its conversation that she was shown up to it. */
  #attempt(target: Shown, isUpTo: boolean, attempt: number): void {
    const running = this.#world.replicas.filter((r) => r.running);
    let over = false;
    const again = (): void => {
      if (over) return;
      over = true;
      if (attempt >= ATTEMPTS_MAX) this.start();
      else this.#attempt(target, isUpTo, attempt + 1);
    };
    this.#world.queue.after(ANSWER_MS, again);
    if (running.length === 0) return;
    const replica = this.#random.pick(running);
    const begun = this.#world.now;
    const mark = this.#markAt(replica, target, isUpTo);
    void replica.mark(mark).then((answer) => {
      if (over || !answer.ok) return;
      over = true;
      this.#acked(replica, mark, answer, begun);
      this.start();
    });
  }

  /** The mark as the replica makes it: "up to" also names the messages that this replica has up to there. */
  #markAt({ state }: SimReplica, target: Shown, isUpTo: boolean): Mark {
    const seqOf = ({ conversation, id }: Shown): number | null => state.domain.seqOfMessage(conversation, id);
    const end = seqOf(target);
    if (!isUpTo || end === null) return this.#mark(null, [target.id]);
    const upTo = this.#shown.filter(
      (shown) => shown.conversation === target.conversation && (seqOf(shown) ?? Number.POSITIVE_INFINITY) <= end,
    );
    return this.#mark(
      target.id,
      upTo.map(({ id }) => id),
    );
  }

  #mark(upTo: string | null, ids: readonly string[]): Mark {
    return { user: this.#user.id, session: this.#session ?? "", upTo, ids };
  }

  #acked(replica: SimReplica, mark: Mark, answer: Extract<Answer<null>, { ok: true }>, invokedAt: number): void {
    const at = parseCursor(answer.cursor);
    if (at === null) throw new Error(`a mark was answered with the cursor ${answer.cursor}`);
    const { now, checks } = this.#world;
    const effects = mark.ids.map((id) => readEffect(mark.user, id));
    const key = replica.keyOfMark(mark);
    checks.coverage.marks++;
    checks.acked({ key, seq: at.seq, viewNo: at.viewNo, replica: replica.id, invokedAt, ackedAt: now, effects }, null);
  }
}
