/** Reports of messages: people make them, and those who run the chat read and settle them. */
import { failed, type Answer, type ChatErrorCode } from "../errors.ts";
import { REPORTS_PER_HOUR } from "../bounds.ts";
import { splitMessageId, type ClientId, type MessageId, type UserId } from "../ids.ts";
import { microsOf } from "../kinds/tags.ts";
import { checkClientId, checkListPage, checkWhy } from "../limits.ts";
import type { ChatDeps } from "../ports.ts";
import type { SeenMessage } from "../queries.ts";
import type { Reading } from "../reading.ts";
import type { ReportRow } from "../report-rows.ts";
import { isAdmin } from "../rights.ts";
import { slowDown } from "../sentences.ts";
import type { ReadAt, Session } from "../chat-service.ts";
import type { ReportCalls, ReportView } from "../report-service.ts";
import type { Views } from "../feed/views.ts";
import type { Writer } from "./writer.ts";

const NEWEST = Number.MAX_SAFE_INTEGER;

const ADMINS_ONLY = "Only an admin or an owner of this chat can see this.";
const OWN_MESSAGE = "This is your own message. You can edit or delete it.";
const TOO_MANY = `You have made ${REPORTS_PER_HOUR} reports within an hour.`;
/** A report that was refused because there were too many in an hour: when to try again at the latest. */
const RETRY_MS = 3_600_000;

/** The calls about reports. */
export class Reports implements ReportCalls {
  readonly #deps: ChatDeps;
  readonly #writer: Writer;
  readonly #reading: Reading;
  readonly #views: Views;

  constructor(deps: ChatDeps, parts: { readonly writer: Writer; readonly reading: Reading; readonly views: Views }) {
    this.#deps = deps;
    this.#writer = parts.writer;
    this.#reading = parts.reading;
    this.#views = parts.views;
  }

  async reportMessage(
    session: Session,
    input: { readonly messageId: MessageId; readonly why: string; readonly clientId: ClientId },
  ): Promise<Answer<null>> {
    const clientId = checkClientId(input.clientId);
    if (!clientId.ok) return clientId;
    const why = checkWhy(input.why);
    if (!why.ok) return why;
    const { messageId: message } = input;
    const found = await this.#reading.find(() => this.#seen(session, message));
    // A repeat gets the first answer, even if the message is gone by now.
    const isRepeat = this.#deps.queries().request(session.userId, clientId.value) !== null;
    if (!found.ok && !isRepeat) return found;
    if (splitMessageId(message)?.author === session.userId) return failed("not_allowed", OWN_MESSAGE);
    const about = found.ok
      ? { conversation: found.value.conversation, words: found.value.body }
      : { conversation: "", words: "" };
    const body = { kind: "report", message, why: why.value, ...about } as const;
    const written = await this.#writer.write(session.userId, clientId.value, body);
    if (!written.ok && written.error.code === "slow_down") return slowDown(TOO_MANY, RETRY_MS);
    return written.ok ? { ok: true, value: null, cursor: written.cursor } : written;
  }

  /** The message, if the user sees its text. */
  #seen({ userId }: Session, id: MessageId): SeenMessage | null {
    const row = this.#deps.queries().messageById(id, userId);
    return row === null || row.deleted ? null : row;
  }

  async listReports(
    session: Session,
    input: { readonly done?: boolean; readonly beforeSeq?: number; readonly limit: number } & ReadAt,
  ): Promise<Answer<readonly ReportView[]>> {
    const page = checkListPage(input);
    if (!page.ok) return page;
    const { limit, beforeSeq } = page.value;
    return await this.#reading.read(input, () => {
      const queries = this.#deps.queries();
      if (!isAdmin(queries.role(session.userId))) return failed("not_allowed", ADMINS_ONLY);
      const rows = queries.admin.reports(beforeSeq === 0 ? NEWEST : beforeSeq, limit, input.done === true);
      return this.#reading.ok(rows.map((row) => this.#view(row)));
    });
  }

  async settleReport(
    session: Session,
    input: { readonly messageId: MessageId; readonly by: UserId; readonly done: boolean; readonly clientId: ClientId },
  ): Promise<Answer<null>> {
    const clientId = checkClientId(input.clientId);
    if (!clientId.ok) return clientId;
    const { messageId: message, by, done } = input;
    const body = { kind: "settleReport", message, by, done } as const;
    const written = await this.#writer.write(session.userId, clientId.value, body);
    if (!written.ok) return refusalOf(written.error.code) ?? written;
    return { ok: true, value: null, cursor: written.cursor };
  }

  openReports(session: Session): number | null {
    const queries = this.#deps.queries();
    return isAdmin(queries.role(session.userId)) ? queries.admin.openReports() : null;
  }

  #view(row: ReportRow): ReportView {
    const { message: messageId, conversation: conversationId, by, why, words, tag, isDone, doneBy, doneTag, seq } = row;
    const { kind, isThread, room, people, isGone } = this.#deps.queries().admin.reportedPlace(row);
    return {
      messageId,
      conversationId,
      by: this.#views.userById(by),
      author: this.#views.userById(splitMessageId(messageId)?.author ?? ""),
      why,
      words,
      timeMicros: microsOf(tag),
      place: kind,
      isThread,
      room,
      people: people.map((id) => this.#views.userById(id)),
      gone: isGone,
      done: isDone,
      settledBy: doneTag === "" ? null : this.#views.userById(doneBy),
      settledMicros: microsOf(doneTag),
      seq,
    };
  }
}

function refusalOf(code: ChatErrorCode): ReturnType<typeof failed> | null {
  return code === "not_allowed" ? failed(code, ADMINS_ONLY) : null;
}
