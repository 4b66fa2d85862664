/** The directory of rooms, the form of a new room, and the page of a room with its forms. */
import { Hono, type Context } from "hono";
import { type Answer, type ChatError, failed } from "../../chat/errors.ts";
import type { RoomView } from "../../chat/chat-service.ts";
import type { RoomChange } from "../../chat/room-change.ts";
import { nextFormId } from "../account/login-routes.tsx";
import { answerError, setCursor, setErrorHeaders, setWritten, statusOf, wantsJson } from "../http/answer.tsx";
import type { WebDeps, WebEnv } from "../http/deps.ts";
import type { Fields } from "../http/fields.ts";
import { needsLogin, read, readFields, sessionOf } from "../http/request.ts";
import { answerPage } from "../http/shell.tsx";
import { RoomPage, type RoomAttempt } from "./room.tsx";
import { NewRoomPage, RoomsPage, type RoomDraft } from "./rooms.tsx";

/** Maximum number of rooms, or of people of one room, on a page. */
const SHOWN = 100;

/** Characters of a name in an address: more than any name has. */
const NAME_UNITS_MAX = 256;

/** Names in one field; the chat refuses more than 100. */
const NAMES_MAX = 200;

/** The change that a form asks for, by the last part of its path. */
const CHANGES: Readonly<Record<string, (fields: Fields) => RoomChange>> = {
  name: (fields) => ({ kind: "name", name: fields.text("name") }),
  topic: (fields) => ({ kind: "topic", topic: fields.text("topic") }),
  private: (fields) => ({ kind: "private", isPrivate: fields.text("on") !== "no" }),
  archive: (fields) => ({ kind: "archived", archived: fields.text("on") !== "no" }),
  posting: (fields) => ({
    kind: "posting",
    adminsOnly: fields.text("who") === "admins",
    slowSeconds: Number(fields.text("seconds") || "0"),
    adminsCall: fields.text("call") === "admins",
  }),
  invite: (fields) => ({ kind: "invite", people: namesIn(fields) }),
  remove: (fields) => ({ kind: "remove", people: [fields.text("person")] }),
  ban: (fields) => ({ kind: "ban", person: fields.text("person") }),
  unban: (fields) => ({ kind: "unban", person: fields.text("person") }),
  role: (fields) => ({ kind: "role", person: fields.text("person"), role: fields.text("role") }),
};

/** The names in a text, separated by commas or spaces; programs may also send a list. */
function namesIn(fields: Fields): string[] {
  return fields
    .all("people")
    .flatMap((text) => text.split(/[\s,;]+/))
    .filter((name) => name !== "")
    .slice(0, NAMES_MAX);
}

/** /rooms and what belongs to it. */
export function roomRoutes(deps: WebDeps): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const login = needsLogin();
  app.get("/rooms", login, (c) => answerRooms(c, deps));
  app.post("/rooms", login, (c) => makeRoom(c, deps));
  app.get("/new-room", login, (c) => answerEmpty(c, deps));
  app.get("/rooms/:id", login, (c) => answerRoom(c, deps, c.req.param("id"), null));
  app.post("/rooms/:id/join", login, (c) => joinRoom(c, deps, c.req.param("id")));
  app.post("/rooms/:id/leave", login, (c) => leaveRoom(c, deps, c.req.param("id")));
  for (const what of Object.keys(CHANGES)) {
    app.post(`/rooms/:id/${what}`, login, (c) => changeRoom(c, deps, c.req.param("id"), what));
  }
  return app;
}

async function answerRooms(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const after = (c.req.query("after") ?? "").slice(0, NAME_UNITS_MAX);
  const search = (c.req.query("q") ?? "").slice(0, NAME_UNITS_MAX).trim();
  const archived = c.req.query("archived") !== undefined;
  const input = { after, search, archived, limit: SHOWN + 1 };
  const answer = await read(c, (at) => deps.chat.listRooms(sessionOf(c), { ...input, ...at }));
  if (!answer.ok) return await answerError(c, answer.error);
  const rooms = answer.value.slice(0, SHOWN);
  const next = answer.value.length > SHOWN ? (rooms.at(-1)?.name ?? null) : null;
  if (wantsJson(c)) {
    setCursor(c, answer.cursor);
    return c.json({ rooms, next, cursor: answer.cursor });
  }
  const self = await deps.chat.person(sessionOf(c), {});
  if (!self.ok) return await answerError(c, self.error);
  const isGuest = self.value.role === "guest";
  return await answerPage(c, deps, {
    title: archived ? "Archived rooms" : "Rooms",
    place: "people",
    current: "rooms",
    cursor: answer.cursor,
    content: <RoomsPage rooms={rooms} next={next} search={search} archived={archived} isGuest={isGuest} />,
  });
}

/** The form of a new room; with ?group= that of a group which becomes one. */
async function answerEmpty(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const conversationId = c.req.query("group") ?? "";
  const draft = { id: Bun.randomUUIDv7(), name: "", topic: "", isPrivate: false, fromJoining: false, people: "" };
  if (conversationId === "") return await answerNew(c, deps, { ...draft, group: "", error: null });
  const found = await read(c, (at) => deps.chat.conversation(sessionOf(c), { conversationId, ...at }));
  if (!found.ok) return await answerError(c, found.error);
  if (found.value.group.length === 0) return c.redirect(`/c/${found.value.id}`, 303);
  return await answerNew(c, deps, { ...draft, group: found.value.id, error: null });
}

async function answerNew(c: Context<WebEnv>, deps: WebDeps, draft: RoomDraft): Promise<Response> {
  if (draft.error !== null) setErrorHeaders(c, draft.error);
  return await answerPage(c, deps, {
    title: draft.group === "" ? "New room" : "Make it a room",
    place: "people",
    current: "rooms",
    content: <NewRoomPage draft={draft} />,
    status: draft.error === null ? 200 : statusOf(draft.error),
  });
}

async function makeRoom(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const fields = await readFields(c);
  const clientId = fields.clientId();
  const [name, topic] = [fields.text("name"), fields.text("topic")];
  const isPrivate = ["yes", "true"].includes(fields.text("isPrivate"));
  const fromJoining = ["yes", "true"].includes(fields.text("historyFromJoining"));
  const people = namesIn(fields);
  const group = fields.text("group");
  const what = { name, topic, isPrivate, historyFromJoining: fromJoining, people, group };
  const answer = await deps.chat.createRoom(sessionOf(c), { ...what, clientId });
  if (answer.ok) return answerChanged(c, deps, answer, `/c/${answer.value.id}`, 201);
  const { error } = answer;
  if (wantsJson(c)) return await answerError(c, error);
  const typed = fields.all("people").join(", ");
  const draft = { name, topic, isPrivate, fromJoining, people: typed, group, error };
  return await answerNew(c, deps, { id: nextFormId(clientId, error), ...draft });
}

/** Answers a change that was made: JSON for programs, a redirect for people. */
function answerChanged(
  c: Context<WebEnv>,
  deps: WebDeps,
  answer: { readonly value: RoomView | null; readonly cursor: string },
  next: string,
  status: 200 | 201 = 200,
): Response {
  setWritten(c, answer.cursor, deps.secureCookies);
  const room = answer.value === null ? {} : { room: answer.value };
  return wantsJson(c) ? c.json({ ok: true, ...room, cursor: answer.cursor }, status) : c.redirect(next, 303);
}

const GONE = "This room does not exist, or you may not see it.";

async function answerRoom(
  c: Context<WebEnv>,
  deps: WebDeps,
  id: string,
  attempt: RoomAttempt | null,
): Promise<Response> {
  const session = sessionOf(c);
  const room = await read(c, (at) => deps.chat.room(session, { room: id, ...at }));
  if (!room.ok) return await answerGone(c, room.error);
  const after = (c.req.query("after") ?? "").slice(0, NAME_UNITS_MAX);
  const asked = await deps.chat.listRoomPeople(session, { room: id, after, limit: SHOWN + 1 });
  if (!asked.ok) return await answerGone(c, asked.error);
  const people = asked.value.slice(0, SHOWN);
  const next = asked.value.length > SHOWN ? (people.at(-1)?.user.name ?? null) : null;
  if (attempt !== null) setErrorHeaders(c, attempt.error);
  if (wantsJson(c)) {
    setCursor(c, room.cursor);
    return c.json({ room: room.value, people, next, cursor: room.cursor });
  }
  return await answerPage(c, deps, {
    title: `#${room.value.name}`,
    place: "people",
    current: id,
    cursor: room.cursor,
    content: (
      <RoomPage
        session={session}
        room={room.value}
        people={people}
        next={next}
        attempt={attempt}
        id={() => Bun.randomUUIDv7()}
      />
    ),
    status: attempt === null ? 200 : statusOf(attempt.error),
  });
}

async function answerGone(c: Context<WebEnv>, error: ChatError): Promise<Response> {
  return error.code === "not_found"
    ? await answerError(c, failed("not_found", GONE).error, { title: "Room not found" })
    : await answerError(c, error);
}

async function joinRoom(c: Context<WebEnv>, deps: WebDeps, room: string): Promise<Response> {
  const fields = await readFields(c);
  const answer = await deps.chat.joinRoom(sessionOf(c), { room, clientId: fields.clientId() });
  if (answer.ok) return answerChanged(c, deps, answer, `/c/${answer.value.id}`);
  return await answerRefused(c, deps, room, { what: "join", typed: "", error: answer.error });
}

async function leaveRoom(c: Context<WebEnv>, deps: WebDeps, room: string): Promise<Response> {
  const fields = await readFields(c);
  const answer = await deps.chat.leaveRoom(sessionOf(c), { room, clientId: fields.clientId() });
  if (answer.ok) return answerChanged(c, deps, answer, "/rooms");
  return await answerRefused(c, deps, room, { what: "leave", typed: "", error: answer.error });
}

/** The field of a form, if it has another name than the form. */
const TYPED_IN: Readonly<Record<string, string>> = { invite: "people", unban: "person" };

async function changeRoom(c: Context<WebEnv>, deps: WebDeps, room: string, what: string): Promise<Response> {
  const fields = await readFields(c);
  const change = CHANGES[what]!(fields);
  const input = { room, change, clientId: fields.clientId() };
  const answer: Answer<RoomView> = await deps.chat.changeRoom(sessionOf(c), input);
  const next = fields.text("from") === "conversation" ? "c" : "rooms";
  if (answer.ok) return answerChanged(c, deps, answer, `/${next}/${answer.value.id}`);
  const typed = fields.all(TYPED_IN[what] ?? what).join(", ");
  return await answerRefused(c, deps, room, { what, typed, error: answer.error });
}

/** Answers a refused change: the page of the room again, with the sentence and what was typed. */
async function answerRefused(c: Context<WebEnv>, deps: WebDeps, room: string, attempt: RoomAttempt): Promise<Response> {
  if (attempt.error.code === "not_found") return await answerGone(c, attempt.error);
  return wantsJson(c) ? await answerError(c, attempt.error) : await answerRoom(c, deps, room, attempt);
}
