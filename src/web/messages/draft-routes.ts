/** Drafts, as the page's script and programs keep them. */
import { Hono, type Context } from "hono";
import { answerError, setWritten, wantsJson } from "../http/answer.tsx";
import type { WebDeps, WebEnv } from "../http/deps.ts";
import { needsLogin, readFields, sessionOf } from "../http/request.ts";

/** /c/<id>/draft. */
export function draftRoutes(deps: WebDeps): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const login = needsLogin();
  app.get("/c/:id/draft", login, (c) => c.redirect(`/c/${c.req.param("id")}`, 303));
  app.post("/c/:id/draft", login, (c) => saveDraft(c, deps, c.req.param("id")));
  return app;
}

async function saveDraft(c: Context<WebEnv>, deps: WebDeps, conversationId: string): Promise<Response> {
  const fields = await readFields(c);
  const answer = await deps.chat.saveDraft(sessionOf(c), { conversationId, body: fields.lines("body") });
  if (!answer.ok) return await answerError(c, answer.error);
  setWritten(c, answer.cursor, deps.secureCookies);
  return wantsJson(c) ? c.json({ ok: true, cursor: answer.cursor }) : c.redirect(`/c/${conversationId}`, 303);
}
