/** The pages of the user's own account. */
import { Hono, type Context, type MiddlewareHandler } from "hono";
import { failed, type ChatError } from "../../chat/errors.ts";
import { answerHtml, answerError, setErrorHeaders, setWritten, statusOf, wantsJson } from "../http/answer.tsx";
import { clearLogin } from "../http/cookies.ts";
import type { WebDeps, WebEnv } from "../http/deps.ts";
import { cardOf, prefsOf, quietHours, setPrefs, THEMES } from "../http/prefs.ts";
import { needsLogin, read, readFields, sessionOf } from "../http/request.ts";
import { answerPage } from "../http/shell.tsx";
import { ORDERS } from "../messages/list-order.ts";
import { AccountPage, PasswordPage } from "./account.tsx";
import { CardPage } from "../page/page.tsx";
import { nextFormId } from "./login-routes.tsx";
import { profileForm, type ProfileForm } from "./profile.tsx";
import { pushRoutes } from "./push-routes.tsx";
import { profileRoutes } from "./profile-routes.tsx";

/** /account with its sub-pages and forms. */
export function accountRoutes(deps: WebDeps): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const login = needsLogin();
  app.get("/account", login, (c) => answerAccount(c, deps, {}));
  app.route(
    "/",
    profileRoutes(deps, (c, profile) => answerAccount(c, deps, { profile })),
  );
  app.route("/", pushRoutes(deps));
  app.post("/account/settings", login, async (c) => {
    const fields = await readFields(c);
    const theme = THEMES.find((one) => one === fields.text("theme")) ?? "auto";
    const order = ORDERS.find((one) => one === fields.text("order")) ?? "unread";
    const quiet = quietHours(fields.text("quietFrom"), fields.text("quietTo"));
    const notices = { notify: fields.has("notify"), sound: fields.has("sound"), quiet };
    setPrefs(c, { theme, order, readOnSight: fields.has("readOnSight"), notices }, deps.secureCookies);
    return c.redirect("/account?said=saved", 303);
  });
  app.get("/account/password", login, (c) => answerPassword(c, deps, Bun.randomUUIDv7(), null));
  app.post("/account/password", login, (c) => changePassword(c, deps));
  app.post("/account/sessions/:id/end", login, async (c) => {
    const input = { id: c.req.param("id"), clientId: Bun.randomUUIDv7() };
    const answer = await deps.chat.endSession(sessionOf(c), input);
    if (!answer.ok) return await answerError(c, answer.error);
    setWritten(c, answer.cursor, deps.secureCookies);
    return wantsJson(c) ? c.json({ ok: true, cursor: answer.cursor }) : c.redirect("/account?said=ended", 303);
  });
  app.post("/account/other-sessions/end", login, async (c) => {
    const answer = await deps.chat.endOtherSessions(sessionOf(c), { clientId: Bun.randomUUIDv7() });
    if (!answer.ok) return await answerError(c, answer.error);
    setWritten(c, answer.cursor, deps.secureCookies);
    return wantsJson(c) ? c.json({ ok: true, cursor: answer.cursor }) : c.redirect("/account?said=others", 303);
  });
  app.get("/account/delete", login, (c) => c.redirect("/account", 303));
  app.post("/account/delete", deletedBefore(deps), login, (c) => deleteAccount(c, deps));
  return app;
}

const SAID: Readonly<Record<string, string>> = {
  saved: "Saved.",
  profile: "Your profile is saved.",
  pushed: "You are notified on this device. Send a test to see it.",
  unpushed: "Nothing is sent to that device any more.",
  tested: "A test was sent. What came of it is below.",
  ended: "That device is logged out.",
  others: "All other devices are logged out.",
  password: "Your password is changed. All other devices are logged out.",
};

/** A form of the page that comes back with an error. */
interface Attempt {
  readonly deletion?: { readonly error: ChatError; readonly deleteMessages: boolean };
  readonly profile?: ProfileForm;
}

async function answerAccount(c: Context<WebEnv>, deps: WebDeps, attempt: Attempt): Promise<Response> {
  const session = sessionOf(c);
  const error = attempt.deletion?.error ?? attempt.profile?.error ?? null;
  const self = await read(c, (at) => deps.chat.person(session, at));
  if (!self.ok) return await answerError(c, self.error);
  const logins = await read(c, (at) => deps.chat.listSessions(session, at));
  if (!logins.ok) return await answerError(c, logins.error);
  const pushes = await read(c, (at) => deps.chat.listPush(session, at));
  if (!pushes.ok) return await answerError(c, pushes.error);
  const { unread } = deps.chat.waitingTotal(session);
  if (error !== null) setErrorHeaders(c, error);
  const user = self.value;
  if (wantsJson(c)) return c.json({ user, unread, logins: logins.value });
  const deletion = { error: null, deleteMessages: false, ...attempt.deletion, id: Bun.randomUUIDv7() };
  const said = SAID[c.req.query("said") ?? ""] ?? null;
  return await answerPage(c, deps, {
    title: "Account",
    place: "account",
    current: null,
    content: (
      <AccountPage
        user={user}
        profile={attempt.profile ?? profileForm(user)}
        logins={logins.value}
        pushKey={deps.chat.pushKey()}
        pushes={pushes.value}
        unread={unread}
        deletion={deletion}
        said={said}
        {...prefsOf(c)}
      />
    ),
    status: error === null ? 200 : statusOf(error),
  });
}

async function answerPassword(
  c: Context<WebEnv>,
  deps: WebDeps,
  id: string,
  error: ChatError | null,
): Promise<Response> {
  if (error !== null) setErrorHeaders(c, error);
  return await answerPage(c, deps, {
    title: "Change password",
    place: "account",
    current: null,
    content: <PasswordPage name={sessionOf(c).name} id={id} error={error} />,
    status: error === null ? 200 : statusOf(error),
  });
}

async function changePassword(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const fields = await readFields(c);
  const clientId = fields.clientId();
  const input = { password: fields.text("password"), newPassword: fields.text("newPassword"), clientId };
  const answer = await deps.chat.changePassword(sessionOf(c), input);
  if (answer.ok) {
    setWritten(c, answer.cursor, deps.secureCookies);
    return wantsJson(c) ? c.json({ ok: true, cursor: answer.cursor }) : c.redirect("/account?said=password", 303);
  }
  if (wantsJson(c)) return await answerError(c, answer.error);
  return await answerPassword(c, deps, nextFormId(clientId, answer.error), answer.error);
}

async function deleteAccount(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const fields = await readFields(c);
  const clientId = fields.clientId();
  const deleteMessages = fields.has("deleteMessages");
  const password = fields.text("password");
  const answer =
    password === ""
      ? failed("invalid", "Enter your password.", { field: "password" })
      : await deps.chat.deleteAccount(sessionOf(c), { password, deleteMessages, clientId });
  if (!answer.ok) {
    if (wantsJson(c)) return await answerError(c, answer.error);
    const field = answer.error.code === "wrong_password" ? ({ field: "password" } as const) : {};
    return await answerAccount(c, deps, { deletion: { error: { ...answer.error, ...field }, deleteMessages } });
  }
  return await answerDeleted(c, deps, sessionOf(c).userId, answer.cursor);
}

/** Answers a repeat of the request that has deleted the account, whose login is gone with it. */
function deletedBefore(deps: WebDeps): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    const fields = await readFields(c);
    const input = { deleteMessages: fields.has("deleteMessages"), clientId: fields.clientId() };
    const userId = c.get("session") === null ? deps.chat.deletedBefore(input) : null;
    return userId === null ? await next() : await answerDeleted(c, deps, userId, deps.chat.cursor());
  };
}

async function answerDeleted(c: Context<WebEnv>, deps: WebDeps, userId: string, cursor: string): Promise<Response> {
  clearLogin(c, deps);
  if (wantsJson(c)) return c.json({ ok: true, cursor });
  return await answerHtml(
    c,
    <CardPage title="Your account is deleted" {...cardOf(c)} forget={userId}>
      <h1>Your account is deleted</h1>
      <p>You are logged out everywhere, and nobody can use your name again.</p>
      {deps.chat.registration() === "open" ? (
        <p>
          <a class="button" href="/register">
            Create another account
          </a>
        </p>
      ) : null}
    </CardPage>,
  );
}
