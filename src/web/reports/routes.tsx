/** Reporting a message, and what those who run the chat do with reports. */
import { Hono, type Context } from "hono";
import type { ChatError } from "../../chat/errors.ts";
import { nextFormId } from "../account/login-routes.tsx";
import { answerError, setCursor, setErrorHeaders, setWritten, statusOf, wantsJson } from "../http/answer.tsx";
import type { WebDeps, WebEnv } from "../http/deps.ts";
import { needsLogin, read, readFields, sessionOf } from "../http/request.ts";
import { answerPage } from "../http/shell.tsx";
import { ReportedPage, ReportForm, ReportsPage } from "./reports.tsx";

const SHOWN = 50;

/** /c/<id>/report and /c/<id>/reported, /reports, /reports/settle and /reports/delete. */
export function reportRoutes(deps: WebDeps): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const login = needsLogin();
  app.get("/c/:id/report", login, (c) => {
    return answerForm(c, deps, { messageId: c.req.query("ids") ?? "", id: Bun.randomUUIDv7(), why: "", error: null });
  });
  app.post("/c/:id/report", login, (c) => report(c, deps));
  app.get("/c/:id/reported", login, (c) => answerReported(c, deps));
  app.get("/reports", login, (c) => answerReports(c, deps));
  app.post("/reports/settle", login, (c) => settle(c, deps));
  app.post("/reports/delete", login, (c) => deleteReported(c, deps));
  return app;
}

async function answerForm(
  c: Context<WebEnv>,
  deps: WebDeps,
  form: { readonly messageId: string; readonly id: string; readonly why: string; readonly error: ChatError | null },
): Promise<Response> {
  const { messageId, ...rest } = form;
  const message = await read(c, (at) => deps.chat.message(sessionOf(c), { messageId, ...at }));
  if (!message.ok) return await answerError(c, message.error, { kept: form.why });
  const { error } = form;
  if (error !== null) setErrorHeaders(c, error);
  return await answerPage(c, deps, {
    title: "Report this message",
    place: "conversation",
    current: message.value.conversationId,
    cursor: message.cursor,
    content: <ReportForm message={message.value} {...rest} />,
    status: error === null ? 200 : statusOf(error),
  });
}

async function report(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const fields = await readFields(c);
  const clientId = fields.clientId();
  const [messageId, why] = [fields.text("ids"), fields.lines("why")];
  const answer = await deps.chat.reportMessage(sessionOf(c), { messageId, why, clientId });
  if (answer.ok) {
    setWritten(c, answer.cursor, deps.secureCookies);
    if (wantsJson(c)) return c.json({ ok: true, cursor: answer.cursor });
    return c.redirect(`/c/${c.req.param("id")}/reported`, 303);
  }
  const { error } = answer;
  if (wantsJson(c)) return await answerError(c, error);
  return await answerForm(c, deps, { messageId, id: nextFormId(clientId, error), why, error });
}

async function answerReported(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const conversationId = c.req.param("id") ?? "";
  const conversation = await read(c, (at) => deps.chat.conversation(sessionOf(c), { conversationId, ...at }));
  if (!conversation.ok) return await answerError(c, conversation.error);
  return await answerPage(c, deps, {
    title: "Reported",
    place: "conversation",
    current: conversationId,
    cursor: conversation.cursor,
    content: <ReportedPage path={`/c/${conversationId}`} />,
  });
}

async function answerReports(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const asked = Number(c.req.query("before") ?? 0);
  const page = {
    done: c.req.query("done") !== undefined,
    beforeSeq: Number.isSafeInteger(asked) && asked > 0 ? asked : 0,
  };
  const answer = await read(c, (at) => deps.chat.listReports(sessionOf(c), { ...page, limit: SHOWN + 1, ...at }));
  if (!answer.ok) return await answerError(c, answer.error, { title: "For admins only" });
  const reports = answer.value.slice(0, SHOWN);
  const next = answer.value.length > SHOWN ? (reports.at(-1)?.seq ?? null) : null;
  if (wantsJson(c)) {
    setCursor(c, answer.cursor);
    return c.json({ reports, next, cursor: answer.cursor });
  }
  return await answerPage(c, deps, {
    title: "Reports",
    place: "people",
    current: "reports",
    cursor: answer.cursor,
    content: <ReportsPage reports={reports} done={page.done} next={next} />,
  });
}

async function settle(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const fields = await readFields(c);
  const [messageId, by, done] = [fields.text("ids"), fields.text("by"), fields.text("done") !== "no"];
  const input = { messageId, by, done, clientId: fields.clientId() };
  const answer = await deps.chat.settleReport(sessionOf(c), input);
  if (!answer.ok) return await answerError(c, answer.error);
  setWritten(c, answer.cursor, deps.secureCookies);
  return wantsJson(c) ? c.json({ ok: true, cursor: answer.cursor }) : c.redirect("/reports", 303);
}

async function deleteReported(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const fields = await readFields(c);
  const input = { ids: [fields.text("ids")], forEveryone: true, clientId: fields.clientId() };
  const answer = await deps.chat.deleteMessages(sessionOf(c), input);
  if (!answer.ok) return await answerError(c, answer.error);
  setWritten(c, answer.cursor, deps.secureCookies);
  return wantsJson(c) ? c.json({ ok: true, cursor: answer.cursor }) : c.redirect("/reports", 303);
}
