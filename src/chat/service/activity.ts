/** Lists what others did that concerns a user. */
import type { Answer } from "../errors.ts";
import { GENERAL_ID } from "../ids.ts";
import { checkLimit } from "../limits.ts";
import type { ChatDeps } from "../ports.ts";
import type { Deed } from "../queries.ts";
import { failedWith } from "../sentences.ts";
import type { Reading } from "../reading.ts";
import type { ActivityView, ListActivityInput, ReadAt, Session } from "../chat-service.ts";
import type { Views } from "../feed/views.ts";

/** Deeds that are read at once; those that turn out to be the user's own are left out. */
const PAGE = 200;
/** Pages that one call reads. */
const PAGES_MAX = 5;

export class ActivityList {
  readonly #deps: ChatDeps;
  readonly #reading: Reading;
  readonly #views: Views;

  constructor(deps: ChatDeps, parts: { readonly reading: Reading; readonly views: Views }) {
    this.#deps = deps;
    this.#reading = parts.reading;
    this.#views = parts.views;
  }

  async listActivity(session: Session, input: ListActivityInput & ReadAt): Promise<Answer<readonly ActivityView[]>> {
    const limit = checkLimit(input.limit);
    if (!limit.ok) return limit;
    const { beforeSeq = 0, unread = false } = input;
    if (!Number.isSafeInteger(beforeSeq) || beforeSeq < 0) return failedWith("invalid");
    return await this.#reading.read(input, () =>
      this.#reading.ok(this.#list(session.userId, beforeSeq || Number.MAX_SAFE_INTEGER, limit.value, unread)),
    );
  }

  #list(user: string, from: number, limit: number, isUnreadOnly: boolean): readonly ActivityView[] {
    const found: ActivityView[] = [];
    let before = from;
    for (let page = 0; page < PAGES_MAX && found.length < limit; page++) {
      const deeds = this.#deps.queries().activity(user, before, PAGE);
      for (const deed of isUnreadOnly ? deeds.filter(mayBeUnread) : deeds)
        found.push(...this.#seen(deed, user).filter(({ unread }) => unread || !isUnreadOnly));
      if (deeds.length < PAGE) break;
      before = deeds.at(-1)!.seq;
    }
    return found.slice(0, limit);
  }

  #seen(deed: Deed, user: string): ActivityView[] {
    const { seq } = deed;
    if (deed.kind === "invitation") {
      const room = deed.room === GENERAL_ID ? null : this.#deps.queries().rooms.room(deed.room, user);
      const by = [this.#views.userById(deed.by)];
      return room === null
        ? []
        : [{ kind: deed.kind, seq, message: null, room: this.#views.room(room), by, unread: false }];
    }
    const message = this.#views.message(deed.message, user);
    const room = this.#deps.queries().rooms.room(this.#deps.queries().homeOf(message.conversationId), user);
    const about = { seq, message, room: room === null ? null : this.#views.room(room) };
    if (deed.kind !== "changed") {
      const by = [this.#views.userById(message.authorId)];
      return [{ ...about, kind: deed.kind, by, unread: message.unread }];
    }
    const reacted = message.reactions.flatMap(({ userIds }) => userIds);
    const replied = message.replies?.people.map(({ id }) => id) ?? [];
    return (
      [
        ["reaction", reacted],
        ["reply", replied],
      ] as const
    ).flatMap(([kind, ids]) => {
      const by = [...new Set(ids)].filter((id) => id !== user).map((id) => this.#views.userById(id));
      return by.length === 0 ? [] : [{ ...about, kind, by, unread: false }];
    });
  }
}

/** Only mentions and quotes wait to be read. */
function mayBeUnread(deed: Deed): boolean {
  return (deed.kind === "mention" || deed.kind === "quote") && deed.message.unread;
}
