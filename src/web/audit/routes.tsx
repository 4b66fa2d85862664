/** The audit log as a page and as files. */
import { Hono, type Context } from "hono";
import type { Session } from "../../chat/chat-service.ts";
import type { AuditView } from "../../chat/admin-service.ts";
import { answerError, setCursor, wantsJson } from "../http/answer.tsx";
import type { WebDeps, WebEnv } from "../http/deps.ts";
import { needsLogin, read, sessionOf } from "../http/request.ts";
import { answerPage } from "../http/shell.tsx";
import { AuditPage, sentenceOf } from "./audit.tsx";

const SHOWN = 100;

/** Entries that an export reads at once. */
const EXPORT_PAGE = 200;

const FORBIDDEN = { title: "For admins only" } as const;

/** /audit and /audit/export. */
export function auditRoutes(deps: WebDeps): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const login = needsLogin();
  app.get("/audit", login, (c) => answerAudit(c, deps));
  app.get("/audit/export", login, (c) => exportAudit(c, deps));
  return app;
}

async function answerAudit(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const asked = Number(c.req.query("before") ?? 0);
  const before = Number.isSafeInteger(asked) && asked > 0 ? asked : 0;
  const answer = await read(c, (at) => deps.chat.listAudit(sessionOf(c), { before, limit: SHOWN + 1, ...at }));
  if (!answer.ok) return await answerError(c, answer.error, FORBIDDEN);
  const entries = answer.value.slice(0, SHOWN);
  const next = answer.value.length > SHOWN ? (entries.at(-1)?.id ?? null) : null;
  if (wantsJson(c)) {
    setCursor(c, answer.cursor);
    return c.json({ entries, next, cursor: answer.cursor });
  }
  return await answerPage(c, deps, {
    title: "Audit log",
    place: "people",
    current: null,
    cursor: answer.cursor,
    content: <AuditPage entries={entries} next={next} />,
  });
}

/** Sends the whole log page by page, so that no more than one page of it is in memory. */
async function exportAudit(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const session = sessionOf(c);
  const first = await read(c, (at) => deps.chat.listAudit(session, { limit: EXPORT_PAGE, ...at }));
  if (!first.ok) return await answerError(c, first.error, FORBIDDEN);
  const isCsv = c.req.query("format") !== "json";
  const [type, name] = isCsv ? ["text/csv", "audit.csv"] : ["application/json", "audit.json"];
  c.header("Content-Type", `${type}; charset=utf-8`);
  c.header("Content-Disposition", `attachment; filename="${name}"`);
  const parts = isCsv ? csvOf(deps, session, first.value) : jsonOf(deps, session, first.value);
  const encoder = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const part = await parts.next();
      if (part.done === true) controller.close();
      else controller.enqueue(encoder.encode(part.value));
    },
  });
  return c.body(stream);
}

/** All pages, the newest first. Ends early if the role is taken away meanwhile. */
async function* pagesOf(
  { chat }: WebDeps,
  session: Session,
  first: readonly AuditView[],
): AsyncGenerator<readonly AuditView[]> {
  for (let page = first; page.length > 0;) {
    yield page;
    if (page.length < EXPORT_PAGE) return;
    const next = await chat.listAudit(session, { limit: EXPORT_PAGE, before: page.at(-1)!.id });
    if (!next.ok) return;
    page = next.value;
  }
}

/** One entry as files have it. */
function recordOf(entry: AuditView): Record<string, string> {
  return {
    time: new Date(entry.micros / 1000).toISOString(),
    actor: entry.actor?.name ?? "",
    action: entry.action,
    person: entry.person?.name ?? "",
    link: entry.link ?? "",
    room: entry.room ?? "",
    detail: entry.detail,
    merged: entry.recovered ? "yes" : "",
    sentence: sentenceOf(entry),
  };
}

async function* csvOf(deps: WebDeps, session: Session, first: readonly AuditView[]): AsyncGenerator<string> {
  yield "time,actor,action,person,link,room,detail,merged,sentence\r\n";
  const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  for await (const page of pagesOf(deps, session, first)) {
    yield page.map((entry) => `${Object.values(recordOf(entry)).map(cell).join()}\r\n`).join("");
  }
}

async function* jsonOf(deps: WebDeps, session: Session, first: readonly AuditView[]): AsyncGenerator<string> {
  let before = "[\n";
  for await (const page of pagesOf(deps, session, first)) {
    for (const entry of page) {
      yield before + JSON.stringify(recordOf(entry));
      before = ",\n";
    }
  }
  yield before === "[\n" ? "[]\n" : "\n]\n";
}
