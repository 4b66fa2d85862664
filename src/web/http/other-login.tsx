/** Refuses the requests of a page that was rendered for another login than the browser has now. */
import type { Context, MiddlewareHandler } from "hono";
import type { Session } from "../../chat/chat-service.ts";
import { answerHtml, wantsJson } from "./answer.tsx";
import type { WebEnv } from "./deps.ts";
import { OWNER_FIELD, OWNER_HEADER } from "./owner.ts";
import { cardOf } from "./prefs.ts";
import { readFields } from "./request.ts";
import { ErrorPage } from "../page/error-page.tsx";

/** Requests that begin a login: no login owns them yet. */
const NOBODYS = /^\/(?:login|register|handover|(?:join|reset)\/[^/]*)$/;

/**
 * A program has a cookie of its own. A browser has one for all of its pages, and its headers show that it is a browser.
 */
function isBrowser(c: Context<WebEnv>): boolean {
  return c.req.header("sec-fetch-site") !== undefined || c.req.header("origin") !== undefined;
}

/**
 * Answers 409 to any request of another user's page, and to a browser's changing request that does not name the owner
 * of its page: every form of a page does.
 */
export function refuseOtherLogins(): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    const session = c.get("session");
    if (session === null || NOBODYS.test(c.req.path)) return await next();
    const changes = !["GET", "HEAD", "OPTIONS"].includes(c.req.method);
    const owner = c.req.header(OWNER_HEADER) ?? (changes ? (await readFields(c)).text(OWNER_FIELD) : "");
    if (owner === session.userId || (owner === "" && !(changes && isBrowser(c)))) return await next();
    return await answerOther(c, session, changes ? (await readFields(c)).lines("body") : "");
  };
}

async function answerOther(c: Context<WebEnv>, { name }: Session, kept: string): Promise<Response> {
  c.header("lastword-code", "other_login");
  c.header("lastword-outcome", "definite");
  const sentence = `This page was opened by someone else, and ${name} is logged in in this browser now. Nothing was sent or changed.`;
  if (wantsJson(c)) return c.json({ code: "other_login", outcome: "definite", sentence, name }, 409);
  const failure = { title: `${name} is logged in now`, sentence, kept };
  // The frame shows clearly whose page it is.
  const framed = await c.get("frame")?.(failure, 409);
  return framed ?? (await answerHtml(c, <ErrorPage failure={failure} loggedIn {...cardOf(c)} />, 409));
}
