/**
 * Turns a result of the chat into an HTTP answer: status, the lastword-* headers, JSON for programs and a page for
 * people. Only this file turns an error code into a status.
 */
import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { CHAT_ERRORS, type ChatError } from "../../chat/errors.ts";
import { writeCookie } from "./cookies.ts";
import type { WebEnv } from "./deps.ts";
import { cardOf } from "./prefs.ts";
import { ErrorPage } from "../page/error-page.tsx";

/** The caller wants JSON: a program, or the page's script. */
export function wantsJson(c: Context<WebEnv>): boolean {
  const accept = c.req.header("accept") ?? "";
  return accept.includes("application/json") && !accept.includes("text/html");
}

/** htmx asks for a piece of a page. */
export function wantsPiece(c: Context<WebEnv>): boolean {
  return c.req.header("hx-request") === "true" && c.req.header("hx-history-restore-request") !== "true";
}

/** The page's script or htmx asks for the main part of a page, to swap it in. */
export function wantsMain(c: Context<WebEnv>): boolean {
  return wantsPiece(c) && c.req.header("hx-target") === "main#main";
}

/** HTTP status of an error. */
export function statusOf(error: ChatError): ContentfulStatusCode {
  return CHAT_ERRORS[error.code].http;
}

/** Sets the headers of an error: code, outcome, Retry-After (whole seconds, at least 1). */
export function setErrorHeaders(c: Context<WebEnv>, error: ChatError): void {
  c.header("lastword-code", error.code);
  c.header("lastword-outcome", CHAT_ERRORS[error.code].outcome);
  const retryAfterMs = error.retryAfterMs ?? (statusOf(error) === 503 ? 1000 : undefined);
  if (retryAfterMs !== undefined) c.header("Retry-After", String(Math.max(1, Math.ceil(retryAfterMs / 1000))));
}

/** The error as JSON: the fields that a program can act on, and the sentence. */
function errorJson(error: ChatError): Record<string, string | number> {
  return {
    code: error.code,
    outcome: CHAT_ERRORS[error.code].outcome,
    sentence: error.sentence,
    ...(error.field === undefined ? {} : { field: error.field }),
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
  };
}

/** The heading above the error's sentence. */
function titleOf(error: ChatError): string {
  return statusOf(error) === 404 ? "Not found" : "Something went wrong";
}

/** Answers an error that no form on the page can show. `kept`: the typed text, so that the user can copy it. */
export async function answerError(
  c: Context<WebEnv>,
  error: ChatError,
  more: { readonly kept?: string; readonly title?: string } = {},
): Promise<Response> {
  setErrorHeaders(c, error);
  if (wantsJson(c)) return c.json(errorJson(error), statusOf(error));
  const failure = { title: more.title ?? titleOf(error), sentence: error.sentence, kept: more.kept ?? "" };
  const loggedIn = (c.get("session") ?? null) !== null;
  const framed = loggedIn ? await c.get("frame")?.(failure, statusOf(error)) : null;
  if (framed !== null && framed !== undefined) return framed;
  const page = <ErrorPage failure={failure} loggedIn={loggedIn} {...cardOf(c)} />;
  return await answerHtml(c, page, statusOf(error));
}

/** Tells the caller the point of the log that the answer is from. */
export function setCursor(c: Context<WebEnv>, cursor: string): void {
  c.header("lastword-cursor", cursor);
}

/** How long a browser asks for "at or after my last write", in seconds. Replicas are milliseconds apart. */
const WRITTEN_SECONDS = 10;

/**
 * After a write: on the front port the next request may reach another replica, which must not
 * answer from before the write. The cookie asks it to wait.
 */
export function setWritten(c: Context<WebEnv>, cursor: string, secure: boolean): void {
  setCursor(c, cursor);
  writeCookie(c, "at", cursor, WRITTEN_SECONDS, secure);
}

const GZIP_FROM_BYTES = 1024;

/** Answers a page as HTML, compressed if the browser supports it: a conversation shrinks to a sixth. */
export async function answerHtml(
  c: Context<WebEnv>,
  page: Child,
  status: ContentfulStatusCode = 200,
): Promise<Response> {
  const html = `<!doctype html>${String(await (page as unknown as Promise<string> | string))}`;
  c.header("Content-Type", "text/html; charset=utf-8");
  c.header("Vary", "Accept, Accept-Encoding, HX-Request, HX-Target, Cookie");
  if (html.length < GZIP_FROM_BYTES || !(c.req.header("accept-encoding") ?? "").includes("gzip"))
    return c.body(html, status);
  c.header("Content-Encoding", "gzip");
  return c.body(Bun.gzipSync(new TextEncoder().encode(html), { level: 4 }), status);
}
