/**
 * What only `lastword demo` has: an address that logs a visitor in, and the buttons that kill and start replicas. In any
 * other replica there is nothing at these addresses.
 */
import { timingSafeEqual } from "node:crypto";
import { Hono, type Context } from "hono";
import { failed } from "../../chat/errors.ts";
import { answerError, wantsJson } from "../http/answer.tsx";
import { setSessionCookie } from "../http/cookies.ts";
import type { WebDeps, WebEnv } from "../http/deps.ts";
import { needsLogin, readFields } from "../http/request.ts";

function nothingHere(c: Context<WebEnv>): Promise<Response> {
  return answerError(c, failed("not_found", "There is no page at this address.").error);
}

function isSame(given: string, secret: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(secret)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** /demo/replicas and /demo/<secret>. */
export function demoRoutes(deps: WebDeps): Hono<WebEnv> {
  const app = new Hono<WebEnv>();

  app.get("/demo/:secret", async (c) => {
    const welcome = deps.demo.welcome;
    if (welcome === null || !isSame(c.req.param("secret"), welcome.secret)) return await nothingHere(c);
    setSessionCookie(c, deps, welcome.token);
    return c.redirect(`/c/${encodeURIComponent(welcome.conversationId)}`, 303);
  });

  app.post("/demo/replicas", needsLogin(), async (c) => {
    const fields = await readFields(c);
    const kind = (["kill", "start"] as const).find((one) => one === fields.text("order"));
    const replica = deps.status().replicas.find(({ id }) => String(id) === fields.text("replica"));
    if (deps.demo.welcome === null || kind === undefined || replica === undefined) return await nothingHere(c);
    deps.demo.order(kind, replica.id);
    return wantsJson(c) ? c.json({}) : c.redirect("/cluster", 303);
  });

  return app;
}
