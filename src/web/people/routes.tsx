/** People, and what they are in this chat. */
import { Hono, type Context } from "hono";
import type { ChatError } from "../../chat/errors.ts";
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
import { ResetPage } from "./reset.tsx";
import { PeoplePage } from "./people.tsx";
import { RolePage } from "./role.tsx";

const PEOPLE_SHOWN = 100;

/** Of a name in an address: more than any name has. */
const NAME_UNITS_MAX = 128;

/** /people and /people/role. */
export function peopleRoutes(deps: WebDeps): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const login = needsLogin();
  app.get("/people", login, (c) => answerPeople(c, deps));
  app.get("/people/role", login, (c) => {
    const name = c.req.query("person")?.slice(0, NAME_UNITS_MAX);
    return answerRole(c, deps, { name, id: Bun.randomUUIDv7(), role: null, error: null });
  });
  app.post("/people/role", login, (c) => setRole(c, deps));
  app.post("/people/reset", login, (c) => makeReset(c, deps));
  app.post("/people/deactivate", login, (c) => setActive(c, deps, false));
  app.post("/people/reactivate", login, (c) => setActive(c, deps, true));
  app.get("/reset/:token", (c) => answerReset(c, deps, c.req.param("token"), { id: Bun.randomUUIDv7(), error: null }));
  app.post("/reset/:token", (c) => resetPassword(c, deps, c.req.param("token")));
  return app;
}

async function answerPeople(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const after = c.req.query("after");
  const search = (c.req.query("q") ?? "").slice(0, NAME_UNITS_MAX).trim();
  const page = {
    limit: PEOPLE_SHOWN + 1,
    ...(after === undefined ? {} : { after: after.slice(0, NAME_UNITS_MAX) }),
    ...(search === "" ? {} : { search }),
    deactivated: c.req.query("deactivated") !== undefined,
  };
  const answer = await read(c, (at) => deps.chat.listUsers(sessionOf(c), { ...page, ...at }));
  if (!answer.ok) return await answerError(c, answer.error);
  const users = answer.value.slice(0, PEOPLE_SHOWN);
  const next = answer.value.length > PEOPLE_SHOWN ? (users.at(-1)?.name ?? null) : null;
  if (wantsJson(c)) {
    setCursor(c, answer.cursor);
    return c.json({ users, next, cursor: answer.cursor });
  }
  const self = await deps.chat.person(sessionOf(c), {});
  if (!self.ok) return await answerError(c, self.error);
  return await answerPage(c, deps, {
    title: "People",
    place: "people",
    current: null,
    cursor: answer.cursor,
    content: <PeoplePage self={self.value} users={users} next={next} search={search} deactivated={page.deactivated} />,
  });
}

/** The form for somebody's role as it is asked for, or comes back. */
interface RoleForm {
  /** Whose; absent: one's own. */
  readonly name: string | undefined;
  readonly id: string;
  /** The role that was chosen; null: the present one. */
  readonly role: string | null;
  readonly error: ChatError | null;
  /** The link for a new password that was just made. */
  readonly reset?: string;
}

async function answerRole(c: Context<WebEnv>, deps: WebDeps, form: RoleForm): Promise<Response> {
  const session = sessionOf(c);
  const { name, id, role, error, reset = null } = form;
  const self = await read(c, (at) => deps.chat.person(session, at));
  if (!self.ok) return await answerError(c, self.error);
  const person = name === undefined ? self : await deps.chat.person(session, { name });
  if (!person.ok) return await answerError(c, person.error, { title: "Nobody of this name" });
  if (error !== null) setErrorHeaders(c, error);
  if (wantsJson(c)) {
    setCursor(c, self.cursor);
    return c.json({ user: person.value, cursor: self.cursor });
  }
  return await answerPage(c, deps, {
    title: `Role of ${person.value.name}`,
    place: "people",
    current: null,
    cursor: self.cursor,
    content: <RolePage self={self.value} person={person.value} id={id} role={role} error={error} reset={reset} />,
    status: error === null ? 200 : statusOf(error),
  });
}

async function setRole(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const fields = await readFields(c);
  const clientId = fields.clientId();
  const [name, role] = [fields.text("person"), fields.text("role")];
  const answer = await deps.chat.setRole(sessionOf(c), { person: name, role, clientId });
  if (answer.ok) {
    setWritten(c, answer.cursor, deps.secureCookies);
    const { value: user, cursor } = answer;
    return wantsJson(c) ? c.json({ ok: true, user, cursor }) : c.redirect("/people", 303);
  }
  const { error } = answer;
  if (wantsJson(c) || error.code === "unknown_recipient") return await answerError(c, error);
  return await answerRole(c, deps, { name, id: nextFormId(clientId, error), role, error });
}

async function makeReset(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const fields = await readFields(c);
  const name = fields.text("person");
  const answer = await deps.chat.createReset(sessionOf(c), { person: name, clientId: fields.clientId() });
  if (!answer.ok) return await answerError(c, answer.error);
  const { token, user, expiresMicros } = answer.value;
  const link = `${siteAsked(c, deps)}/reset/${token}`;
  setWritten(c, answer.cursor, deps.secureCookies);
  if (wantsJson(c)) return c.json({ ok: true, user, token, link, expiresMicros, cursor: answer.cursor }, 201);
  return await answerRole(c, deps, { name, id: Bun.randomUUIDv7(), role: null, error: null, reset: link });
}

async function setActive(c: Context<WebEnv>, deps: WebDeps, active: boolean): Promise<Response> {
  const fields = await readFields(c);
  const input = { person: fields.text("person"), active, clientId: fields.clientId() };
  const answer = await deps.chat.setActive(sessionOf(c), input);
  if (!answer.ok) return await answerError(c, answer.error);
  setWritten(c, answer.cursor, deps.secureCookies);
  const { value: user, cursor } = answer;
  return wantsJson(c)
    ? c.json({ ok: true, user, cursor })
    : c.redirect(active ? "/people" : "/people?deactivated=1", 303);
}

async function answerReset(
  c: Context<WebEnv>,
  deps: WebDeps,
  token: string,
  form: { readonly id: string; readonly error: ChatError | null },
): Promise<Response> {
  const offer = await deps.chat.resetOffer(token, callerOf(c, deps));
  if (!offer.ok) return await answerError(c, offer.error, { title: "This link does not work" });
  if (form.error !== null) setErrorHeaders(c, form.error);
  if (wantsJson(c)) return c.json({ offer: offer.value });
  const page = <ResetPage name={offer.value.name} path={`/reset/${token}`} {...form} {...cardOf(c)} />;
  return await answerHtml(c, page, form.error === null ? 200 : statusOf(form.error));
}

async function resetPassword(c: Context<WebEnv>, deps: WebDeps, token: string): Promise<Response> {
  const fields = await readFields(c);
  const clientId = fields.clientId();
  const answer = await deps.chat.resetPassword(
    { token, password: fields.text("password"), clientId },
    callerOf(c, deps),
  );
  if (answer.ok) return enter(c, deps, answer, "/");
  if (wantsJson(c)) return await answerError(c, answer.error);
  return await answerReset(c, deps, token, { id: nextFormId(clientId, answer.error), error: answer.error });
}
