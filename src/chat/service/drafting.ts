/** Drafts: keeps what people have written and not sent. */
import { hostScheduler } from "../../base/scheduler.ts";
import { MESSAGE_BYTES_MAX } from "../bounds.ts";
import type { DraftRow } from "../draft-rows.ts";
import { failed, type Answer } from "../errors.ts";
import type { ConversationId, UserId } from "../ids.ts";
import type { Draft } from "../kinds/drafts.ts";
import { microsOf } from "../kinds/tags.ts";
import { checkLimit } from "../limits.ts";
import type { ChatDeps } from "../ports.ts";
import { RateLimit } from "../rate-limit.ts";
import type { Reading } from "../reading.ts";
import { failedWith } from "../sentences.ts";
import type { ReadAt, Session } from "../chat-service.ts";
import type { DraftCalls, DraftView } from "../draft-service.ts";
import { Gatherer } from "./gatherer.ts";
import type { Writer } from "./writer.ts";

/** Drafts in one op, and their bytes. */
const DRAFTS_MAX = 100;
const DRAFTS_BYTES_MAX = 64 * 1024;

/** A page keeps a draft every ten seconds and when its user leaves the field. */
const SAVING = { count: 30, perMs: 10_000 } as const;

const TOO_LONG = `A draft of more than ${MESSAGE_BYTES_MAX} bytes stays on this device.`;

/** The calls about drafts. */
export class Drafting {
  readonly #deps: ChatDeps;
  readonly #reading: Reading;
  readonly #gatherer: Gatherer<Draft>;
  readonly #limit: RateLimit;

  constructor(
    deps: ChatDeps & { readonly gatherMarksMs: number },
    parts: { readonly writer: Writer; readonly reading: Reading },
  ) {
    this.#deps = deps;
    this.#reading = parts.reading;
    this.#limit = new RateLimit(deps.clock, SAVING);
    this.#gatherer = new Gatherer(
      parts.writer,
      { gatherMs: deps.gatherMarksMs, scheduler: hostScheduler, newId: () => crypto.randomUUID() },
      {
        body: (drafts) => ({ kind: "drafts", drafts }),
        itemsMax: DRAFTS_MAX,
        sizeOf: ({ body }) => Buffer.byteLength(body),
        sizeMax: DRAFTS_BYTES_MAX,
      },
    );
  }

  /** See {@link DraftCalls}; each is one of the chat's calls. */
  calls(): DraftCalls {
    return {
      saveDraft: (session, input) => this.#save(session, input),
      listDrafts: (session, input) => this.#list(session, input),
      draftedIn: ({ userId }) => this.#deps.queries().drafts.draftedIn(userId),
      draftIn: (session, conversationId) => this.#in(session, conversationId),
    };
  }

  /** The user sends a message there now: a draft that still waits must not come after it. */
  sends(user: UserId, conversation: ConversationId): void {
    this.#gatherer.replace((draft) =>
      draft.user === user && draft.conversation === conversation ? { ...draft, body: "" } : draft,
    );
  }

  flush(): void {
    this.#gatherer.flush();
  }

  async #save(
    { userId: user, sessionId: session }: Session,
    { conversationId, body: given }: { readonly conversationId: ConversationId; readonly body: string },
  ): Promise<Answer<null>> {
    const waitMs = this.#limit.take(user);
    if (waitMs > 0) return failedWith("slow_down", { retryAfterMs: waitMs });
    const body = given.toWellFormed();
    if (Buffer.byteLength(body) > MESSAGE_BYTES_MAX) return failed("too_long", TOO_LONG, { field: "body" });
    const mine = await this.#reading.find(() => this.#deps.queries().isMember(conversationId, user));
    if (!mine.ok) return mine;
    return await this.#gatherer.add({ user, session, conversation: conversationId, body });
  }

  async #list(session: Session, input: { readonly limit: number } & ReadAt): Promise<Answer<readonly DraftView[]>> {
    const limit = checkLimit(input.limit);
    if (!limit.ok) return limit;
    return await this.#reading.read(input, () => {
      const queries = this.#deps.queries();
      const rows = queries.drafts.listOf(session.userId, limit.value);
      return this.#reading.ok(
        rows
          .filter(({ conversation }) => queries.isMember(conversation, session.userId))
          .map((row) => viewOf(row, session)),
      );
    });
  }

  #in(session: Session, conversation: ConversationId): DraftView | null {
    const queries = this.#deps.queries();
    const row = queries.drafts.of(session.userId, conversation);
    const isShown = row !== null && row.body !== "" && queries.isMember(conversation, session.userId);
    return isShown ? viewOf(row, session) : null;
  }
}

function viewOf({ conversation: conversationId, body, tag, session }: DraftRow, { sessionId }: Session): DraftView {
  return { conversationId, body, timeMicros: microsOf(tag), own: session === sessionId };
}
