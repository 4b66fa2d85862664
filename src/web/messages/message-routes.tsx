/** The routes about one message: reacting to it, editing it, and what it said before. */
import { Hono, type Context } from "hono";
import type { Child } from "hono/jsx";
import type { Answer, ChatError } from "../../chat/errors.ts";
import { failedWith } from "../../chat/sentences.ts";
import type { MessageView } from "../../chat/chat-service.ts";
import { nextFormId } from "../account/login-routes.tsx";
import { answerError, setCursor, setErrorHeaders, setWritten, statusOf, wantsJson } from "../http/answer.tsx";
import type { WebDeps, WebEnv } from "../http/deps.ts";
import { needsLogin, read, readFields, sessionOf } from "../http/request.ts";
import { answerPage } from "../http/shell.tsx";
import { EditPage, VersionsPage } from "./edits.tsx";
import { MessagePage } from "./menu.tsx";
import { renderRow } from "./message-html.tsx";
import { PinsPage } from "./pins.tsx";
import { rowId } from "./row-id.ts";
import { cleanPasted } from "./pasted-text.ts";
import { ReactPage } from "./reactions.tsx";

/** Of what a user looks for among the emoji. */
const QUERY_UNITS_MAX = 40;

/** /c/<id>/m/<message id>, and /c/<id>/message, /react, /unreact, /edit, /versions, /unread, /pin, /unpin and /pins. */
export function messageRoutes(deps: WebDeps): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const login = needsLogin();
  app.get("/c/:id/m/:message", login, (c) => openAt(c, deps));
  app.get("/c/:id/message", login, (c) => answerMessage(c, deps));
  app.get("/c/:id/react", login, (c) =>
    answerReact(c, deps, {
      messageId: c.req.query("ids") ?? "",
      typed: "",
      query: (c.req.query("q") ?? "").slice(0, QUERY_UNITS_MAX),
      error: null,
    }),
  );
  app.post("/c/:id/react", login, (c) => react(c, deps, true));
  app.post("/c/:id/unreact", login, (c) => react(c, deps, false));
  app.get("/c/:id/unreact", login, (c) => c.redirect(`/c/${c.req.param("id")}`, 303));
  app.get("/c/:id/edit", login, (c) => answerEdit(c, deps));
  app.post("/c/:id/edit", login, (c) => edit(c, deps));
  app.get("/c/:id/pins", login, (c) => answerPins(c, deps));
  app.post("/c/:id/pin", login, (c) => pin(c, deps, true));
  app.post("/c/:id/unpin", login, (c) => pin(c, deps, false));
  app.post("/c/:id/unread", login, (c) => markUnread(c, deps));
  for (const form of ["pin", "unpin", "unread"] as const)
    app.get(`/c/:id/${form}`, login, (c) => c.redirect(`/c/${c.req.param("id")}`, 303));
  app.get("/c/:id/versions", login, (c) => answerVersions(c, deps));
  return app;
}

/** A page about a message, beside the list in which its conversation is the current one. */
async function answerAbout(
  c: Context<WebEnv>,
  deps: WebDeps,
  page: { readonly title: string; readonly content: Child; readonly error?: ChatError | null },
): Promise<Response> {
  const conversationId = c.req.param("id") ?? "";
  const conversation = await read(c, (at) => deps.chat.conversation(sessionOf(c), { conversationId, ...at }));
  if (!conversation.ok) return await answerError(c, conversation.error);
  const { title, content, error = null } = page;
  if (error !== null) setErrorHeaders(c, error);
  return await answerPage(c, deps, {
    title,
    place: "conversation",
    current: conversationId,
    cursor: conversation.cursor,
    content,
    status: error === null ? 200 : statusOf(error),
  });
}

/**
 * The link to a message: the conversation around it. Ids of messages never change, so the link leads to the same message
 * on every replica, before and after a merge.
 */
async function openAt(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const { id = "", message: messageId = "" } = c.req.param() as Record<string, string>;
  const message = await read(c, (at) => deps.chat.message(sessionOf(c), { messageId, ...at }));
  if (!message.ok) return await answerError(c, message.error);
  if (message.value.conversationId !== id) return await answerError(c, failedWith("not_found").error);
  return c.redirect(`/c/${id}?around=${encodeURIComponent(messageId)}`, 303);
}

/** The message that the address names. */
async function named(c: Context<WebEnv>, deps: WebDeps): Promise<Answer<MessageView>> {
  const messageId = c.req.query("ids") ?? "";
  return await read(c, (at) => deps.chat.message(sessionOf(c), { messageId, ...at }));
}

/** What can be done with a message; for programs, the message. */
async function answerMessage(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const message = await named(c, deps);
  if (!message.ok) return await answerError(c, message.error);
  setCursor(c, message.cursor);
  if (wantsJson(c)) return c.json({ message: message.value, cursor: message.cursor });
  const isOwn = message.value.authorId === sessionOf(c).userId;
  const isSaved = deps.chat.savedAmong(sessionOf(c), [message.value]).size > 0;
  const content = <MessagePage message={message.value} isOwn={isOwn} isSaved={isSaved} />;
  return await answerAbout(c, deps, { title: "Message", content });
}

/** Where somebody chooses an emoji for one message. */
async function answerReact(
  c: Context<WebEnv>,
  deps: WebDeps,
  asked: {
    readonly messageId: string;
    readonly typed: string;
    readonly query: string;
    readonly error: ChatError | null;
  },
): Promise<Response> {
  const content = <ReactPage path={`/c/${c.req.param("id")}`} {...asked} />;
  return await answerAbout(c, deps, { title: "Add a reaction", content, error: asked.error });
}

/** A chip names its emoji in the address, because a button has one name and one value. */
async function react(c: Context<WebEnv>, deps: WebDeps, on: boolean): Promise<Response> {
  const fields = await readFields(c);
  const emoji = (c.req.query("emoji") ?? fields.text("emoji")).trim();
  const input = { messageId: fields.text("ids"), emoji, on, clientId: fields.clientId() };
  const answer = await deps.chat.react(sessionOf(c), input);
  if (answer.ok) return answerChanged(c, deps, answer);
  const { error } = answer;
  const isTyped = error.code === "invalid" && !wantsJson(c);
  return isTyped
    ? await answerReact(c, deps, { messageId: input.messageId, typed: emoji, query: "", error })
    : await answerError(c, error);
}

/** The form without a script, for the author. */
async function answerEdit(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const message = await named(c, deps);
  if (!message.ok) return await answerError(c, message.error);
  const { id, body, conversationId, authorId } = message.value;
  if (authorId !== sessionOf(c).userId) return c.redirect(`/c/${conversationId}`, 303);
  const form = { path: `/c/${conversationId}`, messageId: id, id: Bun.randomUUIDv7(), body, error: null };
  return await answerAbout(c, deps, { title: "Edit your message", content: <EditPage {...form} /> });
}

async function edit(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const fields = await readFields(c);
  const clientId = fields.clientId();
  const messageId = fields.text("ids");
  const typed = fields.lines("body");
  const body = wantsJson(c) ? typed : cleanPasted(typed).text;
  const answer = await deps.chat.editMessage(sessionOf(c), { messageId, body, clientId });
  if (answer.ok) return answerChanged(c, deps, answer);
  const { error } = answer;
  // What was typed stays, whatever is wrong with it.
  if (wantsJson(c) || error.code === "not_found") return await answerError(c, error, { kept: body });
  const id = nextFormId(clientId, error);
  const content = <EditPage path={`/c/${c.req.param("id")}`} messageId={messageId} id={id} body={body} error={error} />;
  return await answerAbout(c, deps, { title: "Edit your message", content, error });
}

async function pin(c: Context<WebEnv>, deps: WebDeps, on: boolean): Promise<Response> {
  const fields = await readFields(c);
  const input = { messageId: fields.text("ids"), on, clientId: fields.clientId() };
  const answer = await deps.chat.pinMessage(sessionOf(c), input);
  if (!answer.ok) return await answerError(c, answer.error);
  if (wantsJson(c) || fields.text("from") !== "pins") return answerChanged(c, deps, answer);
  setWritten(c, answer.cursor, deps.secureCookies);
  return c.redirect(`/c/${answer.value.conversationId}/pins`, 303);
}

async function markUnread(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const fields = await readFields(c);
  const input = { messageId: fields.text("ids"), clientId: fields.clientId() };
  const answer = await deps.chat.markUnread(sessionOf(c), input);
  if (!answer.ok) return await answerError(c, answer.error);
  setWritten(c, answer.cursor, deps.secureCookies);
  return wantsJson(c) ? c.json({ ok: true, cursor: answer.cursor }) : c.redirect("/", 303);
}

async function answerPins(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const conversationId = c.req.param("id") ?? "";
  const pins = await read(c, (at) => deps.chat.listPins(sessionOf(c), { conversationId, ...at }));
  if (!pins.ok) return await answerError(c, pins.error);
  setCursor(c, pins.cursor);
  if (wantsJson(c)) return c.json({ messages: pins.value, cursor: pins.cursor });
  const { userId } = sessionOf(c);
  const content = <PinsPage conversationId={conversationId} messages={pins.value} userId={userId} />;
  return await answerAbout(c, deps, { title: "Pinned messages", content });
}

async function answerVersions(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const messageId = c.req.query("ids") ?? "";
  const versions = await read(c, (at) => deps.chat.listVersions(sessionOf(c), { messageId, ...at }));
  if (!versions.ok) return await answerError(c, versions.error);
  setCursor(c, versions.cursor);
  if (wantsJson(c)) return c.json({ versions: versions.value, cursor: versions.cursor });
  const content = <VersionsPage path={`/c/${c.req.param("id")}`} versions={versions.value} />;
  return await answerAbout(c, deps, { title: "What this message said", content });
}

/** People are sent to the message; programs get it, and our script its row. */
function answerChanged(c: Context<WebEnv>, deps: WebDeps, answer: { value: MessageView; cursor: string }): Response {
  setWritten(c, answer.cursor, deps.secureCookies);
  const message = answer.value;
  if (!wantsJson(c)) return c.redirect(`/c/${message.conversationId}#${rowId(message.id)}`, 303);
  const row = c.req.header("lastword-page") === "yes" ? { row: renderRow(message) } : {};
  return c.json({ message, cursor: answer.cursor, ...row });
}
