/** Renders a view within the frame of a logged-in page, and reads the data that the frame shows. */
import type { Context, MiddlewareHandler } from "hono";
import type { Child } from "hono/jsx";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Answer } from "../../chat/errors.ts";
import type { ConversationId } from "../../chat/ids.ts";
import type { ListView, UserView } from "../../chat/chat-service.ts";
import { answerError, answerHtml, setCursor, wantsMain, wantsPiece } from "./answer.tsx";
import type { WebDeps, WebEnv } from "./deps.ts";
import { foldedIn, foldsCookie } from "./cookies.ts";
import { prefsOf } from "./prefs.ts";
import { originsFor } from "./origins.ts";
import { carryKey, placeOf, read, sessionOf } from "./request.ts";
import { FailureInFrame } from "../page/error-page.tsx";
import { AppPage, Main, OwnedBy, type LivePage, type MainProps } from "../page/page.tsx";
import { Sidebar } from "../messages/sidebar.tsx";

/** The most people below the conversations. */
const OTHERS_MAX = 30;

export interface Listing extends ListView {
  /** People without a conversation yet. */
  readonly others: readonly UserView[];
  /** Reports that wait; null if the user does not run the chat. */
  readonly reports: number | null;
  /** The conversations for which the replicas keep a draft of the user. */
  readonly drafted: readonly ConversationId[];
  readonly isGuest: boolean;
}

/**
 * Reads the list on the left, at or after the caller's cursor. Its cursor is that of the first read; later reads can
 * only be newer.
 */
export async function readListing(c: Context<WebEnv>, deps: WebDeps): Promise<Answer<Listing>> {
  const session = sessionOf(c);
  const asked = await read(c, (at) => deps.chat.list(session, at));
  if (!asked.ok) return asked;
  const users = await deps.chat.listUsers(session, { limit: OTHERS_MAX, strangers: true });
  if (!users.ok) return users;
  const self = await deps.chat.person(session, {});
  if (!self.ok) return self;
  return {
    ok: true,
    value: {
      ...asked.value,
      others: users.value,
      reports: deps.chat.openReports(session),
      drafted: deps.chat.draftedIn(session),
      isGuest: self.value.role === "guest",
    },
    cursor: asked.cursor,
  };
}

/** Renders the list alone, for the page's script. */
export function renderSidebar(c: Context<WebEnv>, listing: Listing, current: string | null) {
  const { order } = prefsOf(c);
  return (
    <Sidebar
      session={sessionOf(c)}
      current={current}
      order={order}
      foldsCookie={foldsCookie(c)}
      folded={foldedIn(c)}
      {...listing}
    />
  );
}

interface ShellInput extends Pick<MainProps, "title" | "place" | "current"> {
  readonly content: Child;
  /** The cursor of the content; the list's if absent. */
  readonly cursor?: string;
  readonly status?: ContentfulStatusCode;
  /** The content ends with a thread. */
  readonly hasThread?: boolean;
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
  const { title, place, current, content, status, hasThread = false } = input;
  const { theme, readOnSight, notices } = prefsOf(c);
  const mainAt = (cursor: string): MainProps => ({
    title,
    place,
    current,
    cursor,
    readOnSight,
    hasThread,
    children: content,
  });
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
    notices,
  };
  setCursor(c, listing.cursor);
  const page = (
    <AppPage
      live={live}
      calls={listing.value.calls}
      sidebar={renderSidebar(c, listing.value, current)}
      main={mainAt(input.cursor ?? listing.cursor)}
    />
  );
  return await answerHtml(c, page, status);
}
