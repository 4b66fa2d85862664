/** The routes of conversations: reading, sending, marking, deleting. */
import { Hono, type Context, type MiddlewareHandler } from "hono";
import { CALLED_UNASKED_MAX, PAGE_MAX, QUOTE_CHARS_MAX } from "../../chat/bounds.ts";
import { CHAT_ERRORS, failed, type Answer } from "../../chat/errors.ts";
import {
  type ConversationView,
  type MessageView,
  type QuoteView,
  type ReadAt,
  type Session,
  type UserView,
} from "../../chat/chat-service.ts";
import { callIn } from "../../chat/mention-text.ts";
import {
  answerHtml,
  answerError,
  setCursor,
  setErrorHeaders,
  setWritten,
  statusOf,
  wantsJson,
  wantsMain,
  wantsPiece,
} from "../http/answer.tsx";
import type { WebDeps, WebEnv } from "../http/deps.ts";
import type { Fields } from "../http/fields.ts";
import { needsLogin, read, readFields, sessionOf } from "../http/request.ts";
import { answerCompletion } from "./completion.tsx";
import { cleanPasted, REMOVED_TEXT, type Cleaned } from "./pasted-text.ts";
import { cut } from "../page/cut.ts";
import { conversationName } from "../page/names.tsx";
import { answerPage, readListing, renderSidebar } from "../http/shell.tsx";
import { Conversation, MessageRows, NewConversation, NewerLink, OlderLink, type History } from "./conversation.tsx";
import type { Draft } from "./composer.tsx";
import { ConversationsPage } from "./conversations.tsx";
import { QUERY_CHARS_MAX } from "../../search/query.ts";
import { offersFor } from "../search/filter-words.ts";
import { searchNote } from "../search/hits.tsx";
import { FindPage, FoundList, type Found } from "./find.tsx";
import { rootOf, type MessageId } from "../../chat/ids.ts";
import { paneOf } from "./pane.ts";
import type { Viewer } from "./message.tsx";
import { firstUnreadOf, readHistory } from "./history.ts";
import { PinsLink } from "./pins.tsx";
import { renderRow } from "./message-html.tsx";
import { changeOf } from "./preferences.tsx";
import { ThreadsPage } from "./threads-page.tsx";
import { nextFormId } from "../account/login-routes.tsx";

/** Conversations that are offered before anything is typed. */
const LATEST = 12;
/** Messages that the switcher shows beside people and rooms. */
const HITS_SHOWN = 5;

/** The most conversations on a page of /conversations. */
const LIST_PAGE = 100;

/** The most UTF-16 units of a name in an address, more than any name has. */
const NAME_UNITS_MAX = 128;

function emptyDraft(to = "", removed: Cleaned["removed"] = null): Draft {
  return { id: Bun.randomUUIDv7(), body: "", to, error: null, removed };
}

/** Cleans the text of a plain form, as the script does. A program gets an error instead. */
function bodyOf(c: Context<WebEnv>, fields: Fields): Cleaned {
  const body = fields.lines("body");
  return wantsJson(c) ? { text: body, removed: null } : cleanPasted(body);
}

/** The note about it on the page that follows such a form. */
function removedBefore(c: Context<WebEnv>): Cleaned["removed"] {
  const removed = c.req.query("removed") ?? "";
  return Object.hasOwn(REMOVED_TEXT, removed) ? (removed as Cleaned["removed"]) : null;
}

/** /, /c/<id> with its forms, /to. */
export function chatRoutes(deps: WebDeps): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const login = needsLogin();
  app.get("/", firstAccount(deps), login, (c) =>
    answerHome(c, deps, emptyDraft((c.req.query("to") ?? "").slice(0, NAME_UNITS_MAX))),
  );
  app.get("/new", login, (c) => answerHome(c, deps, emptyDraft()));
  // Leads to the newest conversation with unread messages, or to the start page if there is none.
  app.get("/unread", login, async (c) => {
    const unread = await read(c, (at) => deps.chat.listConversations(sessionOf(c), { unread: true, limit: 1, ...at }));
    if (!unread.ok) return await answerError(c, unread.error);
    const [found] = unread.value.length > 0 ? unread.value : await unreadThread(c, deps);
    return c.redirect(found === undefined ? "/" : `/c/${found.id}`, 303);
  });
  app.get("/sidebar", login, async (c) => {
    const listing = await readListing(c, deps);
    if (!listing.ok) return await answerError(c, listing.error);
    setCursor(c, listing.cursor);
    return await answerHtml(c, renderSidebar(c, listing.value, c.req.query("current") ?? null));
  });
  app.get("/find", login, (c) => answerFind(c, deps));
  app.get("/threads", login, (c) => answerThreads(c, deps));
  app.get("/conversations", login, (c) => answerConversations(c, deps));
  app.get("/c/:id", login, (c) =>
    answerConversation(c, deps, c.req.param("id"), emptyDraft("", removedBefore(c)), c.req.query("quote")),
  );
  app.get("/c/:id/complete", login, (c) => answerCompletion(c, deps, c.req.param("id")));
  app.post("/c/:id/messages", login, (c) => send(c, deps, c.req.param("id")));
  app.post("/to", login, (c) => sendTo(c, deps));
  app.post("/c/:id/read", login, (c) => markRead(c, deps, c.req.param("id")));
  app.post("/read", login, (c) => markRead(c, deps, null));
  app.post("/c/:id/follow", login, (c) => follow(c, deps, true));
  app.post("/c/:id/unfollow", login, (c) => follow(c, deps, false));
  app.post("/c/:id/preferences", login, (c) => setPreference(c, deps, c.req.param("id")));
  app.post("/c/:id/delete", login, (c) => deleteSelected(c, deps, c.req.param("id")));
  app.post("/delete", login, (c) => deleteSelected(c, deps, null));
  // Forms post to these addresses. A user may reload one or return to it.
  for (const form of ["messages", "read", "delete", "follow", "unfollow", "preferences"] as const) {
    app.get(`/c/:id/${form}`, login, (c) => c.redirect(`/c/${c.req.param("id")}`, 303));
  }
  app.get("/to", login, (c) => c.redirect("/", 303));
  app.post("/c/:id/typing", login, (c) => {
    deps.chat.typing(sessionOf(c), c.req.param("id"));
    return c.body(null, 204);
  });
  return app;
}

/** Whoever is the first to come has nothing to log in with. /login stays open, since this replica may lag behind. */
function firstAccount({ chat }: WebDeps): MiddlewareHandler<WebEnv> {
  return (c, next) =>
    c.get("session") === null &&
    c.get("token") === "" &&
    !wantsJson(c) &&
    chat.registration() === "open" &&
    chat.isNew()
      ? Promise.resolve(c.redirect("/register", 303))
      : next();
}

async function answerHome(c: Context<WebEnv>, deps: WebDeps, draft: Draft): Promise<Response> {
  // People and the list start a conversation by a link with ?to=. A conversation that exists is opened instead.
  const to = c.req.query("to");
  if (to !== undefined && draft.error === null && draft.body === "" && !wantsJson(c)) {
    const found = await read(c, (at) => deps.chat.findDirect(sessionOf(c), { name: to, ...at }));
    if (found.ok && found.value !== null) return c.redirect(`/c/${found.value.id}`, 303);
  }
  const listing = await readListing(c, deps);
  if (!listing.ok) return await answerError(c, listing.error);
  if (draft.error !== null) setErrorHeaders(c, draft.error);
  if (wantsJson(c)) {
    setCursor(c, listing.cursor);
    const { userId, name } = sessionOf(c);
    const { unread, calls } = listing.value;
    return c.json({
      user: { id: userId, name },
      unread,
      calls,
      conversations: listing.value.conversations,
      cursor: listing.cursor,
    });
  }
  return await answerPage(c, deps, {
    title: "New message",
    // On a phone the start page is the list alone.
    place: c.req.path === "/" && to === undefined ? "home" : "new",
    current: "new",
    cursor: listing.cursor,
    content: <NewConversation draft={draft} />,
    status: draft.error === null ? 200 : statusOf(draft.error),
    listing,
  });
}

/** People and rooms by name; without a name, the latest conversations, those with unread messages first. */
async function answerFind(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const session = sessionOf(c);
  const typed = (c.req.query("q") ?? "").slice(0, QUERY_CHARS_MAX);
  const text = typed.trim();
  const name = text.slice(0, NAME_UNITS_MAX);
  const found = await read(c, (at) => findNamed(deps, session, name, at));
  if (!found.ok) return await answerError(c, found.error);
  setCursor(c, found.cursor);
  const searched = text === "" ? null : await deps.chat.search(session, { query: text, limit: HITS_SHOWN });
  // Half a filter, or a name that nobody has, is no error while somebody types.
  const hits = searched?.ok === true ? searched.value.hits : [];
  if (wantsJson(c)) return c.json({ ...found.value, messages: hits, cursor: found.cursor });
  const offers = await offersFor(typed, { chat: deps.chat, session });
  const note = searched === null ? null : searchNote(searched);
  const props = { found: found.value, offers, hits, note, text, session };
  if (wantsPiece(c) && !wantsMain(c)) return await answerHtml(c, <FoundList {...props} />);
  return await answerPage(c, deps, {
    title: "Find a conversation",
    place: "people",
    current: null,
    cursor: found.cursor,
    content: <FindPage {...props} />,
  });
}

async function findNamed(deps: WebDeps, session: Session, text: string, at: ReadAt): Promise<Answer<Found>> {
  const { chat } = deps;
  if (text === "") {
    const newest = await chat.listConversations(session, { limit: LATEST, ...at });
    if (!newest.ok) return newest;
    const unread = await chat.listConversations(session, { limit: LATEST, unread: true, ...at });
    if (!unread.ok) return unread;
    const ids = new Set(unread.value.map(({ id }) => id));
    const conversations = [...unread.value, ...newest.value.filter(({ id }) => !ids.has(id))];
    return { ...newest, value: { conversations: conversations.slice(0, LATEST), people: [], rooms: [] } };
  }
  const search = text.replace(/^[#@]/, "");
  const input = { search, limit: PAGE_MAX, ...at };
  const people = text.startsWith("#") ? null : await chat.listUsers(session, input);
  if (people?.ok === false) return people;
  // Notes to oneself are found by one's own name.
  const self = people === null ? null : await chat.person(session, at);
  const own = self?.ok === true && hasName(self.value, search) ? [self.value] : [];
  const rooms = await chat.listRooms(session, input);
  if (!rooms.ok) return rooms;
  const groups = people === null ? [] : await groupsWith(deps, session, search);
  return {
    ...rooms,
    value: {
      conversations: groups,
      people: [...(people?.value ?? []), ...own],
      rooms: text.startsWith("@") ? [] : rooms.value,
    },
  };
}

/** One of the person's names has this in it. */
function hasName({ name, displayName }: UserView, part: string): boolean {
  const folded = part.toLowerCase();
  return [name, displayName].some((one) => one.toLowerCase().includes(folded));
}

/** The groups in the user's list that have somebody of this name. */
async function groupsWith(deps: WebDeps, session: Session, part: string): Promise<readonly ConversationView[]> {
  const list = await deps.chat.list(session, {});
  const isIn = ({ group }: ConversationView): boolean => group.some((person) => hasName(person, part));
  return list.ok ? list.value.conversations.filter(isIn) : [];
}

/** The pages that continue the list. They work without a script. */
async function answerConversations(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const session = sessionOf(c);
  const before = Number(c.req.query("before") ?? 0);
  const beforeSeq = Number.isSafeInteger(before) && before > 0 ? before : 0;
  const unread = c.req.query("unread") !== undefined;
  const input = { beforeSeq, unread, limit: LIST_PAGE + 1 };
  const answer = await read(c, (at) => deps.chat.listConversations(session, { ...input, ...at }));
  if (!answer.ok) return await answerError(c, answer.error);
  const conversations = answer.value.slice(0, LIST_PAGE);
  const next = answer.value.length > LIST_PAGE ? conversations.at(-1)!.lastSeq : null;
  if (wantsJson(c)) {
    setCursor(c, answer.cursor);
    return c.json({ conversations, next, cursor: answer.cursor });
  }
  return await answerPage(c, deps, {
    title: unread ? "Unread conversations" : "More conversations",
    place: "people",
    current: null,
    cursor: answer.cursor,
    content: <ConversationsPage session={session} conversations={conversations} unread={unread} next={next} />,
  });
}

interface PieceProps {
  readonly conversation: ConversationView;
  readonly history: History;
  readonly viewer: Viewer;
  /** The messages that are pinned; null: that is not asked. */
  readonly pinned: readonly MessageId[] | null;
}

/** The messages of a page alone, for the script. */
function MessagesPiece({ conversation: { id, thread, room }, history, viewer, pinned }: PieceProps) {
  return (
    <>
      {pinned === null ? null : <PinsLink conversationId={id} ids={pinned} />}
      <OlderLink conversationId={id} history={history} />
      <ol id={`${paneOf(id)}messages`}>
        <MessageRows history={history} viewer={viewer} room={thread === null ? room : null} />
      </ol>
      <NewerLink conversationId={id} history={history} />
    </>
  );
}

/** The threads that the user follows. The first page begins with those that have something unread. */
async function answerThreads(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const session = sessionOf(c);
  const before = Number(c.req.query("before") ?? 0);
  const beforeSeq = Number.isSafeInteger(before) && before > 0 ? before : 0;
  const page = await read(c, (at) => deps.chat.listThreads(session, { beforeSeq, limit: LIST_PAGE + 1, ...at }));
  if (!page.ok) return await answerError(c, page.error);
  const unread =
    beforeSeq === 0 ? await deps.chat.listThreads(session, { unread: true, limit: LIST_PAGE }) : { ...page, value: [] };
  if (!unread.ok) return await answerError(c, unread.error);
  const threads = page.value.slice(0, LIST_PAGE);
  const next = page.value.length > LIST_PAGE ? threads.at(-1)!.lastSeq : null;
  if (wantsJson(c)) {
    setCursor(c, page.cursor);
    return c.json({ threads, unread: unread.value, next, cursor: page.cursor });
  }
  const ids = new Set(unread.value.map(({ id }) => id));
  const others = threads.filter(({ id }) => !ids.has(id));
  return await answerPage(c, deps, {
    title: "Threads",
    place: "people",
    current: "threads",
    cursor: page.cursor,
    content: <ThreadsPage session={session} unread={unread.value} others={others} next={next} />,
  });
}

/** The message as the form shows it that will quote it; null: the user sees no such message in the conversation. */
async function quoteOf(
  c: Context<WebEnv>,
  deps: WebDeps,
  conversationId: string,
  messageId: string,
): Promise<QuoteView | null> {
  if (messageId === "") return null;
  const found = await read(c, (at) => deps.chat.message(sessionOf(c), { messageId, ...at }));
  if (!found.ok || found.value.conversationId !== conversationId) return null;
  const { authorId, authorDisplayName: authorName, body } = found.value;
  return { messageId, authorId, authorName, text: cut(body.replaceAll(/\s+/g, " "), QUOTE_CHARS_MAX), gone: false };
}

async function answerConversation(
  c: Context<WebEnv>,
  deps: WebDeps,
  id: string,
  given: Draft,
  quoted = "",
): Promise<Response> {
  const draft = { ...given, quote: await quoteOf(c, deps, id, quoted) };
  const session = sessionOf(c);
  const conversation = await read(c, (at) => deps.chat.conversation(session, { conversationId: id, ...at }));
  if (!conversation.ok) {
    const { error } = conversation;
    if (error.code !== "not_found") return await answerError(c, error, { kept: draft.body });
    const sentence = "This conversation does not exist, or is not one of yours.";
    return await answerError(c, { ...error, sentence }, { kept: draft.body, title: "Conversation not found" });
  }
  const history = await readHistory(c, deps, id);
  if (!history.ok) return await answerError(c, history.error);
  if (draft.error !== null) setErrorHeaders(c, draft.error);
  if (wantsJson(c)) {
    setCursor(c, conversation.cursor);
    const { messages, more, newer } = history.value;
    return c.json({ conversation: conversation.value, messages, more, newer, cursor: conversation.cursor });
  }
  if (wantsPiece(c) && !wantsMain(c)) {
    setCursor(c, conversation.cursor);
    // The next page at one end changes nothing of the pins.
    const pinned = ["before", "after"].some((end) => c.req.query(end)) ? null : deps.chat.pinnedIds(session, id);
    const viewer = { ...session, saved: deps.chat.savedAmong(session, history.value.messages) };
    const piece = { conversation: conversation.value, history: history.value, viewer, pinned };
    return await answerHtml(c, <MessagesPiece {...piece} />);
  }
  const firstUnread = await firstUnreadOf(c, deps, conversation.value, history.value);
  const { thread } = conversation.value;
  const beside = thread === null ? null : await renderBeside(c, deps, thread.parentId);
  return await answerPage(c, deps, {
    title: conversation.value.with?.displayName ?? conversationName(conversation.value, session),
    place: "conversation",
    current: thread?.parentId ?? id,
    cursor: conversation.cursor,
    hasThread: thread !== null,
    content: (
      <>
        {beside}
        <Conversation
          session={session}
          conversation={conversation.value}
          history={history.value}
          firstUnread={firstUnread}
          draft={draft}
          pinned={deps.chat.pinnedIds(session, id)}
          saved={deps.chat.savedAmong(session, history.value.messages)}
          written={deps.chat.draftIn(session, id)}
          makesRooms={await makesRooms(deps, session, conversation.value)}
        />
      </>
    ),
    status: draft.error === null ? 200 : statusOf(draft.error),
  });
}

/** The conversation beside which a thread is; null if it cannot be read any more. */
async function renderBeside(c: Context<WebEnv>, deps: WebDeps, conversationId: string) {
  const session = sessionOf(c);
  const conversation = await deps.chat.conversation(session, { conversationId });
  const history = await readHistory(c, deps, conversationId, {});
  if (!conversation.ok || !history.ok) return null;
  const firstUnread = await firstUnreadOf(c, deps, conversation.value, history.value);
  return (
    <Conversation
      session={session}
      conversation={conversation.value}
      history={history.value}
      firstUnread={firstUnread}
      draft={emptyDraft()}
      pinned={deps.chat.pinnedIds(session, conversationId)}
      saved={deps.chat.savedAmong(session, history.value.messages)}
      written={deps.chat.draftIn(session, conversationId)}
      makesRooms={await makesRooms(deps, session, conversation.value)}
    />
  );
}

/** Whether the user may make a room of this conversation: a group, and no guest. */
async function makesRooms(deps: WebDeps, session: Session, { group }: ConversationView): Promise<boolean> {
  if (group.length === 0) return false;
  const self = await deps.chat.person(session, {});
  return self.ok && self.value.role !== "guest";
}

/** The thread with the newest unread reply, if there is one. */
async function unreadThread(c: Context<WebEnv>, deps: WebDeps): Promise<readonly ConversationView[]> {
  const threads = await deps.chat.listThreads(sessionOf(c), { unread: true, limit: 1 });
  return threads.ok ? threads.value : [];
}

/** Follows a thread, or stops. The address is that of the thread. */
async function follow(c: Context<WebEnv>, deps: WebDeps, on: boolean): Promise<Response> {
  const id = c.req.param("id") ?? "";
  const fields = await readFields(c);
  const messageId = rootOf(id) ?? "";
  const answer = await deps.chat.followThread(sessionOf(c), { messageId, on, clientId: fields.clientId() });
  return await answerDone(c, deps, id, answer.ok ? { ...answer, value: null } : answer);
}

async function send(c: Context<WebEnv>, deps: WebDeps, conversationId: string): Promise<Response> {
  const session = sessionOf(c);
  const fields = await readFields(c);
  const clientId = fields.clientId();
  const { text: body, removed } = bodyOf(c, fields);
  const readUpTo = fields.text("readUpTo");
  const quoted = fields.text("quoted");
  const also = fields.text("also") === "yes";
  if (!wantsJson(c) && !fields.has("call") && callIn(body) !== null) {
    const asks = await calledIn(deps, session, conversationId);
    if (asks > CALLED_UNASKED_MAX)
      return await answerConversation(
        c,
        deps,
        conversationId,
        {
          id: clientId,
          body,
          to: "",
          error: null,
          removed,
          asks,
          also,
        },
        quoted,
      );
  }
  const kept = fields.has("keepsDraft") ? { keepsDraft: true } : {};
  const files = fields.all("files");
  const input = { conversationId, body, clientId, readUpTo, quoted, files, alsoInParent: also, ...kept };
  const answer = await deps.chat.send(session, input);
  if (!answer.ok) {
    if (wantsJson(c)) return await answerError(c, answer.error);
    const draft = { id: nextFormId(clientId, answer.error), body, to: "", error: answer.error, removed, also };
    return await answerConversation(c, deps, conversationId, draft, quoted);
  }
  return answerSent(c, deps, answer, removed);
}

/** How many people an `@room` would call there; 0 if that is no room of the user. */
async function calledIn({ chat }: WebDeps, session: Session, room: string): Promise<number> {
  const found = await chat.room(session, { room });
  return found.ok ? found.value.people - 1 : 0;
}

async function sendTo(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const fields = await readFields(c);
  const clientId = fields.clientId();
  const to = fields.text("name").trim();
  const { text: body, removed } = bodyOf(c, fields);
  const answer =
    to === ""
      ? failed("invalid", "Enter the name of a person.", { field: "to" })
      : await deps.chat.send(sessionOf(c), { to, body, clientId, files: fields.all("files") });
  if (answer.ok) return answerSent(c, deps, answer, removed);
  if (wantsJson(c)) return await answerError(c, answer.error);
  return await answerHome(c, deps, { id: nextFormId(clientId, answer.error), body, to, error: answer.error, removed });
}

/** Answers JSON to programs, with the row for our script. People are sent to the conversation. */
function answerSent(
  c: Context<WebEnv>,
  deps: WebDeps,
  answer: { value: MessageView; cursor: string },
  removed: Cleaned["removed"],
): Response {
  setWritten(c, answer.cursor, deps.secureCookies);
  const message = answer.value;
  if (!wantsJson(c))
    return c.redirect(`/c/${message.conversationId}${removed === null ? "" : `?removed=${removed}`}`, 303);
  const kept = deps.copies();
  const row = c.req.header("lastword-page") === "yes" ? { row: renderRow(message) } : {};
  return c.json({ message, kept, cursor: answer.cursor, ...row }, 201);
}

/** A form of a conversation leads back to it. */
function backTo(c: Context<WebEnv>, conversationId: string | null): Response {
  return c.redirect(conversationId === null ? "/" : `/c/${conversationId}`, 303);
}

async function markRead(c: Context<WebEnv>, deps: WebDeps, conversationId: string | null): Promise<Response> {
  const fields = await readFields(c);
  const upTo = fields.text("upTo");
  const all = upTo !== "" && conversationId !== null;
  const ids = fields.all("ids");
  const answer = all
    ? await read(c, (at) => deps.chat.markAllRead(sessionOf(c), { conversationId, upTo, ...at }))
    : ids.length === 0
      ? failed("invalid", "Nothing was selected to mark as read.", { field: "ids" })
      : await deps.chat.markRead(sessionOf(c), { ids });
  return await answerDone(c, deps, conversationId, answer);
}

async function setPreference(c: Context<WebEnv>, deps: WebDeps, conversationId: string): Promise<Response> {
  const session = sessionOf(c);
  const fields = await readFields(c);
  const change = changeOf(fields);
  const answer =
    change === null
      ? failed("invalid", "Choose what to change.")
      : await deps.chat.setPreference(session, { conversationId, change, clientId: fields.clientId() });
  if (!answer.ok) return await answerError(c, answer.error);
  setWritten(c, answer.cursor, deps.secureCookies);
  if (!wantsJson(c)) return backTo(c, conversationId);
  return c.json({ conversation: answer.value, cursor: answer.cursor });
}

async function deleteSelected(c: Context<WebEnv>, deps: WebDeps, conversationId: string | null): Promise<Response> {
  const fields = await readFields(c);
  const ids = fields.all("ids");
  const answer =
    ids.length === 0
      ? failed("invalid", "Nothing is selected. Select the messages to delete first.", { field: "ids" })
      : await deps.chat.deleteMessages(sessionOf(c), {
          ids,
          forEveryone: fields.has("everyone"),
          clientId: fields.clientId(),
        });
  return await answerDone(c, deps, conversationId, answer);
}

async function answerDone(
  c: Context<WebEnv>,
  deps: WebDeps,
  conversationId: string | null,
  answer: Answer<null>,
): Promise<Response> {
  if (answer.ok) {
    setWritten(c, answer.cursor, deps.secureCookies);
    return wantsJson(c) ? c.json({ ok: true, cursor: answer.cursor }) : backTo(c, conversationId);
  }
  if (wantsJson(c)) return await answerError(c, answer.error);
  const retry = CHAT_ERRORS[answer.error.code].http >= 500 ? " Go back and try again; it cannot happen twice." : "";
  return await answerError(c, { ...answer.error, sentence: answer.error.sentence + retry });
}
