/** Links by which people create accounts: the page of those who make them, and that of whoever opens one. */
import { Hono, type Context } from "hono";
import type { ChatError } from "../../chat/errors.ts";
import { failedWith } from "../../chat/sentences.ts";
import { checkPassword } from "../../chat/limits.ts";
import type { InviteView } from "../../chat/admin-service.ts";
import { enter, nextFormId } from "../account/login-routes.tsx";
import {
  answerError,
  answerHtml,
  setCursor,
  setErrorHeaders,
  setWritten,
  statusOf,
  wantsJson,
} from "../http/answer.tsx";
import type { WebDeps, WebEnv } from "../http/deps.ts";
import { cardOf } from "../http/prefs.ts";
import { callerOf, needsLogin, read, readFields, sessionOf, siteAsked } from "../http/request.ts";
import { answerPage } from "../http/shell.tsx";
import { DAY_SECONDS, InvitesPage, newDraft, type InviteDraft } from "./invites.tsx";
import { HasAccountPage, JoinPage } from "./join.tsx";

const SHOWN = 50;

/** Names in the field; the chat refuses more than 20. */
const NAMES_MAX = 50;

/** /invites and /join. */
export function inviteRoutes(deps: WebDeps): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const login = needsLogin();
  app.get("/invites", login, (c) => answerInvites(c, deps, { draft: newDraft(), link: null }));
  app.post("/invites", login, (c) => makeInvite(c, deps));
  app.post("/invites/:id/revoke", login, (c) => revokeInvite(c, deps, c.req.param("id")));
  app.get("/join/:token", (c) =>
    answerJoin(c, deps, c.req.param("token"), { name: "", id: Bun.randomUUIDv7(), error: null }),
  );
  app.post("/join/:token", (c) => join(c, deps, c.req.param("token")));
  return app;
}

async function answerInvites(
  c: Context<WebEnv>,
  deps: WebDeps,
  { draft, link }: { readonly draft: InviteDraft; readonly link: string | null },
): Promise<Response> {
  const before = Number(c.req.query("before") ?? 0);
  const page = { beforeMicros: Number.isSafeInteger(before) ? before : 0, limit: SHOWN + 1 };
  const answer = await read(c, (at) => deps.chat.listInvites(sessionOf(c), { ...page, ...at }));
  if (!answer.ok) return await answerError(c, answer.error, { title: "For admins only" });
  const invites = answer.value.slice(0, SHOWN);
  const next = answer.value.length > SHOWN ? (invites.at(-1)?.createdMicros ?? null) : null;
  if (draft.error !== null) setErrorHeaders(c, draft.error);
  if (wantsJson(c)) {
    setCursor(c, answer.cursor);
    return c.json({ invites, next, cursor: answer.cursor });
  }
  return await answerPage(c, deps, {
    title: "Invite people",
    place: "people",
    current: null,
    cursor: answer.cursor,
    content: <InvitesPage invites={invites} next={next} draft={draft} link={link} />,
    status: draft.error === null ? 200 : statusOf(draft.error),
  });
}

async function makeInvite(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const fields = await readFields(c);
  const clientId = fields.clientId();
  const role = fields.has("role") ? fields.text("role") : "member";
  const typed = { role, rooms: fields.all("rooms").join(", "), uses: fields.text("uses"), days: fields.text("days") };
  const empty = newDraft();
  const rooms = typed.rooms.split(/[\s,;]+/).filter((name) => name !== "");
  const answer = await deps.chat.createInvite(sessionOf(c), {
    role,
    rooms: rooms.slice(0, NAMES_MAX),
    uses: countIn(typed.uses, empty.uses),
    seconds: countIn(typed.days, empty.days) * DAY_SECONDS,
    clientId,
  });
  if (!answer.ok) {
    const { error } = answer;
    if (wantsJson(c) || error.code === "not_allowed") return await answerError(c, error, { title: "For admins only" });
    return await answerInvites(c, deps, { draft: { id: nextFormId(clientId, error), ...typed, error }, link: null });
  }
  const { invite, token } = answer.value;
  const link = `${siteAsked(c, deps)}/join/${token}`;
  setWritten(c, answer.cursor, deps.secureCookies);
  if (wantsJson(c)) return c.json({ ok: true, invite, token, link, cursor: answer.cursor }, 201);
  return await answerInvites(c, deps, { draft: empty, link });
}

/** A whole number; the chat refuses NaN. */
function countIn(text: string, otherwise: string): number {
  const digits = (text === "" ? otherwise : text).trim();
  return /^\d{1,6}$/.test(digits) ? Number(digits) : Number.NaN;
}

async function revokeInvite(c: Context<WebEnv>, deps: WebDeps, id: InviteView["id"]): Promise<Response> {
  const fields = await readFields(c);
  const answer = await deps.chat.revokeInvite(sessionOf(c), { id, clientId: fields.clientId() });
  if (!answer.ok) return await answerError(c, answer.error);
  setWritten(c, answer.cursor, deps.secureCookies);
  const { value: invite, cursor } = answer;
  return wantsJson(c) ? c.json({ ok: true, invite, cursor }) : c.redirect("/invites", 303);
}

interface JoinForm {
  readonly name: string;
  readonly id: string;
  readonly error: ChatError | null;
  readonly passwordError?: string | undefined;
}

async function answerJoin(c: Context<WebEnv>, deps: WebDeps, token: string, form: JoinForm): Promise<Response> {
  const session = c.get("session");
  if (deps.chat.registration() === "closed" && !deps.chat.isNew())
    return await answerError(c, failedWith("registration_closed").error);
  if (session !== null && c.req.method === "GET" && !wantsJson(c)) {
    return await answerHtml(c, <HasAccountPage session={session} {...cardOf(c)} />);
  }
  const offer = await deps.chat.inviteOffer(token, callerOf(c, deps));
  // A link that is over by now: what was typed is shown with the reason, as far as it may be shown.
  if (!offer.ok) return await answerError(c, offer.error, { title: "This link does not work", kept: form.name });
  if (form.error !== null) setErrorHeaders(c, form.error);
  if (wantsJson(c)) return c.json({ offer: offer.value });
  return await answerHtml(
    c,
    <JoinPage
      offer={offer.value}
      host={new URL(siteAsked(c, deps)).host}
      path={`/join/${token}`}
      {...form}
      {...cardOf(c)}
    />,
    form.error === null ? 200 : statusOf(form.error),
  );
}

async function join(c: Context<WebEnv>, deps: WebDeps, token: string): Promise<Response> {
  const fields = await readFields(c);
  const [name, password, clientId] = [fields.text("name"), fields.text("password"), fields.clientId()];
  const answer = await deps.chat.register({ name, password, clientId, invite: token }, callerOf(c, deps));
  if (answer.ok) return enter(c, deps, answer, "/");
  const { error } = answer;
  if (wantsJson(c)) return await answerError(c, error);
  // The chat reports the first error only. The password is checked here too, so that the visitor sees both at once.
  const checked = checkPassword(password);
  const passwordError = error.field === "name" && !checked.ok ? checked.error.sentence : undefined;
  return await answerJoin(c, deps, token, { name, id: nextFormId(clientId, error), error, passwordError });
}
