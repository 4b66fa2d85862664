/** Registration, log-in, log-out. */
import { Hono, type Context } from "hono";
import { CHAT_ERRORS, failed, type ChatError } from "../../chat/errors.ts";
import { checkPassword } from "../../chat/limits.ts";
import { failedWith } from "../../chat/sentences.ts";
import { answerHtml, answerError, setErrorHeaders, setWritten, statusOf, wantsJson } from "../http/answer.tsx";
import { clearLogin, setSessionCookie } from "../http/cookies.ts";
import type { WebDeps, WebEnv } from "../http/deps.ts";
import { rememberDevice } from "./known-device.ts";
import { cardOf } from "../http/prefs.ts";
import { callerOf, readFields, safeNext } from "../http/request.ts";
import { ByLinkPage, LoginPage, RegisterPage } from "./login.tsx";

/** After a definite refusal the corrected form is a new request; after an unknown outcome it is the same one. */
export function nextFormId(id: string, error: ChatError): string {
  return CHAT_ERRORS[error.code].outcome === "unknown" && id !== "" ? id : Bun.randomUUIDv7();
}

/** /login, /register, /logout. */
export function loginRoutes(deps: WebDeps): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const { chat } = deps;

  app.get("/login", async (c) => {
    const next = safeNext(c.req.query("next") ?? "/");
    if (c.get("session") !== null) return c.redirect(next, 303);
    // A log-out in this browser deletes the cookie. A cookie without a login belongs to one that was ended elsewhere.
    const ended = c.get("token") !== "" && c.get("lateLogin") === null;
    return await answerHtml(
      c,
      <LoginPage
        name=""
        next={next}
        error={null}
        ended={ended}
        {...cardOf(c)}
        registration={chat.registration()}
        isNew={chat.isNew()}
      />,
    );
  });

  app.get("/register", async (c) => {
    if (c.get("session") !== null) return c.redirect("/", 303);
    // Refused here already, before a visitor thinks of a name and a password.
    const registration = chat.registration();
    const isNew = chat.isNew();
    if (!wantsJson(c) && (registration === "invite" || (registration === "closed" && isNew)))
      return await answerHtml(c, <ByLinkPage {...cardOf(c)} isNew={isNew} />, 403);
    if (registration !== "open") return await answerError(c, failedWith("registration_closed").error);
    return await answerHtml(
      c,
      <RegisterPage name="" id={Bun.randomUUIDv7()} error={null} {...cardOf(c)} isNew={isNew} />,
    );
  });

  app.post("/login", (c) => logIn(c, deps));
  app.post("/register", (c) => register(c, deps));
  app.post("/logout", (c) => logOut(c, deps));
  return app;
}

async function logIn(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const fields = await readFields(c);
  const name = fields.text("name");
  const next = safeNext(fields.text("next"));
  const answer = await deps.chat.login({ name, password: fields.text("password") }, callerOf(c, deps));
  if (answer.ok) return enter(c, deps, answer, next);
  const registration = deps.chat.registration();
  return await refuse(
    c,
    answer.error,
    <LoginPage
      name={name}
      next={next}
      error={answer.error}
      {...cardOf(c)}
      registration={registration}
      isNew={deps.chat.isNew()}
    />,
  );
}

async function register(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const fields = await readFields(c);
  const name = fields.text("name");
  const clientId = fields.clientId();
  const answer = await deps.chat.register({ name, password: fields.text("password"), clientId }, callerOf(c, deps));
  if (answer.ok) return enter(c, deps, answer, "/");
  // The chat reports the first error only. The password is checked here too, so that the visitor sees both at once.
  const password = checkPassword(fields.text("password"));
  const page = (
    <RegisterPage
      name={name}
      id={nextFormId(clientId, answer.error)}
      error={answer.error}
      passwordError={answer.error.field === "name" && !password.ok ? password.error.sentence : undefined}
      {...cardOf(c)}
      isNew={deps.chat.isNew()}
    />
  );
  return await refuse(c, answer.error, page);
}

/** Answers the form again with the error, or the error as JSON. */
async function refuse(c: Context<WebEnv>, error: ChatError, form: Parameters<typeof answerHtml>[1]): Promise<Response> {
  if (wantsJson(c)) return await answerError(c, error);
  setErrorHeaders(c, error);
  return await answerHtml(c, form, statusOf(error));
}

async function logOut(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const session = c.get("session");
  // The cookie stays if the log-out failed: without it the login would live on, and nobody could end it.
  const late = c.get("lateLogin");
  if (late !== null) return await answerError(c, late.error);
  if (session !== null) {
    const answer = await deps.chat.logout(session);
    if (!answer.ok && answer.error.code !== "not_logged_in") return await answerError(c, answer.error);
  } else if (wantsJson(c)) {
    return await answerError(c, failed("not_logged_in", "You are not logged in.").error);
  }
  clearLogin(c, deps);
  return wantsJson(c) ? c.json({ ok: true }) : c.redirect("/login", 303);
}

interface Entered {
  readonly value: { readonly token: string; readonly user: { readonly id: string; readonly name: string } };
  readonly cursor: string;
}

/** Every login gets a new token. A token that came with the request is never used. */
export function enter(c: Context<WebEnv>, deps: WebDeps, answer: Entered, next: string): Response {
  setSessionCookie(c, deps, answer.value.token);
  rememberDevice(c, deps, answer.value.user.id);
  setWritten(c, answer.cursor, deps.secureCookies);
  const { id, name } = answer.value.user;
  return wantsJson(c) ? c.json({ user: { id, name }, cursor: answer.cursor }) : c.redirect(next, 303);
}
