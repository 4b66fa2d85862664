/**
 * Pushes what calls users who have not read it half a minute after it was sent. The leader alone does, in rounds: it
 * walks the messages in the order of the log, decides whom each calls, sends, and then notes by one op how far it came.
 * So the next leader begins there, and repeats at most what the last one sent within its last round. While nobody has
 * a subscription, a round is one look into memory.
 */
import type { ConversationId, PushId, UserId } from "../ids.ts";
import type { PushResult } from "../kinds/pushed.ts";
import type { ChatDeps } from "../ports.ts";
import type { PushSender } from "../push-service.ts";
import type { PushedMessage, PushRow } from "../push-rows.ts";
import type { Seq } from "../../election/view.ts";
import { callOf, isQuietAt, noteOf } from "./push-calls.ts";
import { PushShown } from "./push-shown.ts";
import type { PushEdits } from "./push-edits.ts";
import type { Writer } from "./writer.ts";

/** Messages that one round decides. */
const MESSAGES_MAX = 200;
/** Subscriptions that are sent to at the same time, and in one round. */
const AT_ONCE = 16;
const SENDS_MAX = 256;
/** Conversations that wait for one subscription; the longest waiting go. */
const WAITING_MAX = 20;
/** What is older calls nobody any more. */
const AGE_MAX_MICROS = 24 * 3600 * 1e6;
/** How often the progress is noted if nothing was sent. */
const NOTE_MS = 5_000;
/** Pauses of a push service that failed: doubled each time. */
const PAUSE_MS = 1_000;
const PAUSE_MAX_MS = 300_000;
const RETRY_AFTER_MAX_MS = 3_600_000;
/** Messages that a new leader looks through for what did not reach a subscription. */
const LOOK_BACK_MAX = 5_000;

export interface PushOptions {
  /** Null: the operator has turned pushing off. */
  readonly sender: PushSender | null;
  /** This replica leads. */
  readonly leads: () => boolean;
  /** How long a message may wait for its reader. */
  readonly afterMs: number;
}

/** What one subscription waits for. */
interface Waiting {
  readonly user: UserId;
  readonly id: PushId;
  /** The first and the newest message that calls, and their number, by conversation. */
  readonly calls: Map<ConversationId, { first: Seq; newest: PushedMessage; count: number }>;
}

export class PushRounds {
  readonly #deps: ChatDeps;
  readonly #push: PushOptions;
  readonly #writer: Writer;
  readonly #shown: PushShown;
  readonly #edits: PushEdits;
  /** Decided up to here; null: not leading. */
  #at: Seq | null = null;
  #noted: Seq = 0;
  #notedMs = -Infinity;
  #isBusy = false;
  readonly #waiting = new Map<string, Waiting>();
  /** What is not noted yet, by subscription. */
  readonly #results = new Map<string, PushResult>();
  /** Push services that failed, by host, and until when they are left alone. */
  readonly #pauses = new Map<string, { untilMs: number; failures: number }>();

  constructor(
    deps: ChatDeps,
    { push, writer, edits }: { readonly push: PushOptions; readonly writer: Writer; readonly edits: PushEdits },
  ) {
    this.#deps = deps;
    this.#push = push;
    this.#writer = writer;
    this.#shown = new PushShown(deps);
    this.#edits = edits;
  }

  /** Called twice a second. Never throws. */
  look(): void {
    if (this.#isBusy || this.#push.sender === null) return;
    const { push } = this.#deps.queries();
    if (!this.#push.leads() || !push.any()) {
      this.#edits.forget(push.upTo());
      this.#forget();
      return;
    }
    this.#isBusy = true;
    this.#round(this.#push.sender)
      .catch(() => this.#forget())
      .finally(() => (this.#isBusy = false));
  }

  #forget(): void {
    if (this.#at === null) return;
    this.#at = null;
    this.#waiting.clear();
    this.#results.clear();
    this.#pauses.clear();
    this.#shown.clear();
  }

  async #round(sender: PushSender): Promise<void> {
    if (this.#at === null) this.#begin();
    const undecided = this.#collect();
    this.#collectEdits(undecided);
    await this.#sendAll(sender);
    if (!this.#push.leads()) return this.#forget();
    await this.#shown.takeBack(sender);
    await this.#note();
  }

  /** Begins where the last leader noted, with what it could not send. */
  #begin(): void {
    const { push } = this.#deps.queries();
    const at = push.upTo();
    this.#at = at;
    this.#noted = at;
    this.#edits.forget(at);
    for (const user of push.users())
      for (const row of push.ofUser(user)) if (row.pending > 0) this.#lookBack(row, row.pending - 1, at);
  }

  #lookBack(row: PushRow, from: Seq, to: Seq): void {
    const queries = this.#deps.queries();
    let [after, seen] = [from, 0];
    while (seen < LOOK_BACK_MAX) {
      const page = queries.push.messagesAfter(after, MESSAGES_MAX);
      for (const message of page) {
        if (message.seq > to) return;
        if (callOf(queries, row.user, message) !== null) this.#wait(row, message);
      }
      if (page.length < MESSAGES_MAX) return;
      after = page.at(-1)!.seq;
      seen += page.length;
    }
  }

  /** Decides the messages that have waited long enough. The seq from which on there may be others. */
  #collect(): Seq {
    const queries = this.#deps.queries();
    const now = this.#deps.clock.nowMicros();
    const users = queries.push.users();
    const page = queries.push.messagesAfter(this.#at!, MESSAGES_MAX);
    for (const message of page) {
      if (message.timeMicros > now - this.#push.afterMs * 1000) return message.seq;
      this.#at = message.seq;
      this.#edits.covers(message.seq);
      if (message.timeMicros < now - AGE_MAX_MICROS) continue;
      for (const user of queries.membersOf(message.conversation)) {
        if (!users.has(user) || callOf(queries, user, message) === null) continue;
        for (const row of queries.push.ofUser(user)) if (message.seq > row.since) this.#wait(row, message);
      }
    }
    return page.length < MESSAGES_MAX ? Infinity : this.#at! + 1;
  }

  /** Decides the edits before this seq that have waited as long: each calls one user by a message that is decided. */
  #collectEdits(before: Seq): void {
    const queries = this.#deps.queries();
    const now = this.#deps.clock.nowMicros();
    for (const { seq, timeMicros, user, conversation, message: messageSeq } of this.#edits.all()) {
      if (seq >= before || timeMicros > now - this.#push.afterMs * 1000) break;
      this.#at = Math.max(this.#at!, seq);
      const message = queries.message(conversation, user, messageSeq);
      if (message === null || message.timeMicros < now - AGE_MAX_MICROS) continue;
      if (callOf(queries, user, message) === null) continue;
      for (const row of queries.push.ofUser(user)) if (seq > row.since) this.#wait(row, message);
    }
    this.#edits.forget(this.#at!);
  }

  #wait({ user, id }: PushRow, message: PushedMessage): void {
    const { calls } = this.#waiting.getOrInsertComputed(keyOf(user, id), () => ({ user, id, calls: new Map() }));
    const known = calls.get(message.conversation);
    if (known !== undefined) {
      known.first = Math.min(known.first, message.seq);
      known.newest = message;
      known.count += 1;
      return;
    }
    calls.set(message.conversation, { first: message.seq, newest: message, count: 1 });
    if (calls.size > WAITING_MAX) calls.delete(calls.keys().next().value!);
  }

  /** Sends what waits, to some subscriptions at a time, as far as their services are not left alone. */
  async #sendAll(sender: PushSender): Promise<void> {
    const ready = [...this.#waiting.values()].filter((one) => this.#mayTry(one)).slice(0, SENDS_MAX);
    for (let from = 0; from < ready.length && this.#push.leads(); from += AT_ONCE)
      await Promise.all(ready.slice(from, from + AT_ONCE).map((one) => this.#sendTo(sender, one)));
    for (const one of this.#waiting.values()) this.#keep(one);
  }

  /** What was not tried is noted too: the next leader would not come back to it. */
  #keep(waiting: Waiting): void {
    const row = this.#deps.queries().push.of(waiting.user, waiting.id);
    const isNoted = row === null || row.pending > 0 || this.#results.has(keyOf(row.user, row.id));
    if (!isNoted) this.#result(row, waiting, row.outcome);
  }

  #mayTry({ user, id }: Waiting): boolean {
    const row = this.#deps.queries().push.of(user, id);
    const pause = row === null ? undefined : this.#pauses.get(hostOf(row));
    return pause === undefined || pause.untilMs <= this.#deps.clock.nowMs();
  }

  async #sendTo(sender: PushSender, waiting: Waiting): Promise<void> {
    const { user, id, calls } = waiting;
    for (const [conversation, { newest, count }] of calls) {
      const queries = this.#deps.queries();
      const row = queries.push.of(user, id);
      if (row === null || !row.isOn) return void this.#waiting.delete(keyOf(user, id));
      if (!queries.sessionsOf(user).some((session) => session.id === row.session)) return this.#end(row, "logged out");
      const nowMicros = this.#deps.clock.nowMicros();
      const why = callOf(queries, user, newest);
      const isLate = newest.timeMicros < nowMicros - AGE_MAX_MICROS;
      if (why === null || isLate || isQuietAt(row, nowMicros / 1000)) {
        this.#done(row, waiting, conversation, row.outcome);
        continue;
      }
      const sent = await sender.send(row, noteOf(queries, user, newest, { why, count }));
      if (sent.kind === "gone") return this.#end(row, sent.outcome);
      if (sent.kind === "later") {
        this.#pause(row, sent.retryAfterMs);
        return this.#result(row, waiting, sent.outcome);
      }
      this.#pauses.delete(hostOf(row));
      if (sent.kind === "sent") this.#shown.add(row, conversation);
      this.#done(row, waiting, conversation, sent.outcome);
    }
  }

  #pause(row: PushRow, retryAfterMs: number): void {
    const host = hostOf(row);
    const failures = (this.#pauses.get(host)?.failures ?? 0) + 1;
    const asked = Math.min(retryAfterMs, RETRY_AFTER_MAX_MS);
    const ms = Math.max(asked, Math.min(PAUSE_MS * 2 ** (failures - 1), PAUSE_MAX_MS));
    this.#pauses.set(host, { untilMs: this.#deps.clock.nowMs() + ms, failures });
  }

  #done(row: PushRow, waiting: Waiting, conversation: ConversationId, outcome: string): void {
    waiting.calls.delete(conversation);
    if (waiting.calls.size === 0) this.#waiting.delete(keyOf(row.user, row.id));
    this.#result(row, waiting, outcome);
  }

  #result({ user, id, tag }: PushRow, { calls }: Waiting, outcome: string): void {
    const firsts = [...calls.values()].map(({ first }) => first);
    const pending = firsts.length === 0 ? 0 : Math.min(...firsts);
    this.#results.set(keyOf(user, id), { user, id, tag, pending, outcome, gone: false });
  }

  #end({ user, id, tag }: PushRow, outcome: string): void {
    this.#waiting.delete(keyOf(user, id));
    this.#results.set(keyOf(user, id), { user, id, tag, pending: 0, outcome, gone: true });
  }

  /** Notes what came of this round, so that no other leader does it again. If that fails, the next round tries again. */
  async #note(): Promise<void> {
    const now = this.#deps.clock.nowMs();
    const upTo = this.#at!;
    if (this.#results.size === 0 && (upTo === this.#noted || now - this.#notedMs < NOTE_MS)) return;
    const results = [...this.#results.values()];
    const written = await this.#writer.write("", crypto.randomUUID(), { kind: "pushed", upTo, results });
    if (!written.ok) return;
    this.#noted = upTo;
    this.#notedMs = now;
    // Nothing else ran in between that could have put another one there: rounds do not overlap.
    for (const result of results) this.#results.delete(keyOf(result.user, result.id));
  }
}

function keyOf(user: UserId, id: PushId): string {
  return `${user} ${id}`;
}

/** The host of the push service; "" of a subscription that ended. */
export function hostOf({ endpoint }: Pick<PushRow, "endpoint">): string {
  return URL.canParse(endpoint) ? new URL(endpoint).host : "";
}
