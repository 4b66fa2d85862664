/** /account/push: where the user is called while the page is closed. */
import { Hono, type Context } from "hono";
import type { Answer } from "../../chat/errors.ts";
import { answerError, setWritten, wantsJson } from "../http/answer.tsx";
import type { WebDeps, WebEnv } from "../http/deps.ts";
import { callerOf, needsLogin, read, readFields, sessionOf, siteAsked } from "../http/request.ts";

/** See the top of this file. */
export function pushRoutes(deps: WebDeps): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const login = needsLogin();
  app.get("/account/push", login, async (c) => {
    if (!wantsJson(c)) return c.redirect("/account#push", 303);
    const listed = await read(c, (at) => deps.chat.listPush(sessionOf(c), at));
    if (!listed.ok) return await answerError(c, listed.error);
    return c.json({ subscriptions: listed.value, publicKey: deps.chat.pushKey(), cursor: listed.cursor });
  });
  app.post("/account/push", login, (c) => subscribe(c, deps));
  app.get("/account/push/:id/end", login, (c) => c.redirect("/account#push", 303));
  app.post("/account/push/:id/end", login, async (c) => {
    const fields = await readFields(c);
    const input = { id: c.req.param("id"), clientId: fields.clientId() };
    return await answered(c, deps, await deps.chat.removePush(sessionOf(c), input), "unpushed");
  });
  app.get("/account/push/:id/test", login, (c) => c.redirect("/account#push", 303));
  app.post("/account/push/:id/test", login, async (c) =>
    answered(c, deps, await deps.chat.testPush(sessionOf(c), { id: c.req.param("id") }), "tested"),
  );
  return app;
}

async function subscribe(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const fields = await readFields(c);
  const answer = await deps.chat.addPush(sessionOf(c), {
    endpoint: fields.text("endpoint"),
    p256dh: fields.text("p256dh"),
    auth: fields.text("auth"),
    device: callerOf(c, deps).device ?? "",
    origin: siteAsked(c, deps),
    quiet: fields.text("quiet"),
    timeZone: fields.text("timeZone"),
    clientId: fields.clientId(),
  });
  return await answered(c, deps, answer, "pushed");
}

async function answered(c: Context<WebEnv>, deps: WebDeps, answer: Answer<unknown>, said: string): Promise<Response> {
  if (!answer.ok) return await answerError(c, answer.error);
  setWritten(c, answer.cursor, deps.secureCookies);
  if (!wantsJson(c)) return c.redirect(`/account?said=${said}#push`, 303);
  return c.json({ ok: true, subscription: answer.value, cursor: answer.cursor });
}
