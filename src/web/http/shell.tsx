/** Renders a view within the frame of a logged-in page, and reads the data that the frame shows. */
import type { Context, MiddlewareHandler } from "hono";
import type { Child } from "hono/jsx";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Answer } from "../../chat/errors.ts";
import type { ConversationView, Session, UserView } from "../../chat/chat-service.ts";
import { answerError, answerHtml, setCursor, wantsMain, wantsPiece } from "./answer.tsx";
import type { WebDeps, WebEnv } from "./deps.ts";
import { prefsOf } from "./prefs.ts";
import { originsFor } from "./origins.ts";
import { carryKey, placeOf, read, sessionOf } from "./request.ts";
import { FailureInFrame } from "../page/error-page.tsx";
import { AppPage, Main, OwnedBy, type LivePage, type MainProps } from "../page/page.tsx";
import { Sidebar, type More } from "../messages/sidebar.tsx";

/** The most conversations in the list, and people below it. */
const CONVERSATIONS_MAX = 100;
const OTHERS_MAX = 30;

export interface Listing {
  readonly conversations: readonly ConversationView[];
  /** Null if these are all. */
  readonly more: More | null;
  /** People without a conversation yet. */
  readonly others: readonly UserView[];
}

/**
 * Reads the list on the left, at or after the caller's cursor. Its cursor is that of the first read; later reads can
 * only be newer.
 */
export async function readListing(c: Context<WebEnv>, deps: WebDeps): Promise<Answer<Listing>> {
  const session = sessionOf(c);
  const asked = await read(c, (at) => deps.chat.listConversations(session, { ...at, limit: CONVERSATIONS_MAX + 1 }));
  if (!asked.ok) return asked;
  const conversations = asked.value.slice(0, CONVERSATIONS_MAX);
  const last = asked.value.length > CONVERSATIONS_MAX ? conversations.at(-1) : undefined;
  const more = last === undefined ? null : await moreBelow(deps, session, last.lastSeq);
  const users = await deps.chat.listUsers(session, { limit: OTHERS_MAX, strangers: true });
  if (!users.ok) return users;
  return { ok: true, value: { conversations, more, others: users.value }, cursor: asked.cursor };
}

async function moreBelow(deps: WebDeps, session: Session, beforeSeq: number): Promise<More> {
  const unread = await deps.chat.listConversations(session, { beforeSeq, unread: true, limit: 1 });
  return { beforeSeq, unread: unread.ok && unread.value.length > 0 };
}

/** Renders the list alone, for the page's script. */
export function renderSidebar(c: Context<WebEnv>, deps: WebDeps, listing: Listing, current: string | null) {
  const session = sessionOf(c);
  return <Sidebar session={session} current={current} unread={deps.chat.unreadTotal(session)} {...listing} />;
}

interface ShellInput extends Pick<MainProps, "title" | "place" | "current"> {
  readonly content: Child;
  /** The cursor of the content; the list's if absent. */
  readonly cursor?: string;
  readonly status?: ContentfulStatusCode;
  /** The list, if it was read before the content; otherwise it is read now. */
  readonly listing?: Answer<Listing>;
}

/** Makes every route answer its failures within the frame. */
export function frameFailures(deps: WebDeps): MiddlewareHandler<WebEnv> {
  return (c, next) => {
    c.set("frame", async (failure, status) => {
      if (wantsPiece(c)) return null;
      const listing = await readListing(c, deps);
      if (!listing.ok) return null;
      const content = <FailureInFrame failure={failure} />;
      return await answerPage(c, deps, {
        title: failure.title,
        place: "failure",
        current: null,
        content,
        status,
        listing,
      });
    });
    return next();
  };
}

/** Answers a page, or only its main part if the browser already shows the rest. */
export async function answerPage(c: Context<WebEnv>, deps: WebDeps, input: ShellInput): Promise<Response> {
  const session = sessionOf(c);
  const { title, place, current, content, status } = input;
  const { theme, readOnSight } = prefsOf(c);
  const mainAt = (cursor: string): MainProps => ({ title, place, current, cursor, readOnSight, children: content });
  if (wantsMain(c) && input.cursor !== undefined) {
    setCursor(c, input.cursor);
    const main = (
      <OwnedBy session={session}>
        <Main {...mainAt(input.cursor)} />
      </OwnedBy>
    );
    return await answerHtml(c, main, status);
  }
  const listing = input.listing ?? (await readListing(c, deps));
  if (!listing.ok) return await answerError(c, listing.error);
  const live: LivePage = {
    session,
    cluster: c.get("cluster"),
    status: deps.status(),
    carry: carryKey(c.get("token")),
    origins: originsFor(placeOf(c), deps),
    shared: placeOf(c).front,
    theme,
  };
  setCursor(c, listing.cursor);
  const page = (
    <AppPage
      live={live}
      unread={deps.chat.unreadTotal(session)}
      sidebar={renderSidebar(c, deps, listing.value, current)}
      main={mainAt(input.cursor ?? listing.cursor)}
    />
  );
  return await answerHtml(c, page, status);
}
