/** /handover: the page that a browser opens when it moves here from a replica under another host name. */
import { Hono, type Context } from "hono";
import { failed } from "../../chat/errors.ts";
import { answerError, answerHtml } from "../http/answer.tsx";
import { setSessionCookie } from "../http/cookies.ts";
import type { WebDeps, WebEnv } from "../http/deps.ts";
import { isDoorOf, type Handover } from "./handover.ts";
import { originsFor } from "../http/origins.ts";
import { cardOf } from "../http/prefs.ts";
import { placeOf, readFields, safeNext } from "../http/request.ts";
import { CardPage } from "../page/page.tsx";

/**
 * True if the browser says that a page of another replica sent it here. Without this check, anybody could make a link
 * with a token of their own that logs a visitor in to their account.
 */
function comesFromReplica(c: Context<WebEnv>, deps: WebDeps): boolean {
  const from = c.req.header("referer");
  if (from === undefined || !URL.canParse(from)) return false;
  const { origin } = new URL(from);
  return (
    originsFor(placeOf(c), deps).includes(origin) ||
    deps.origins().includes(origin) ||
    deps.doors().some((door) => isDoorOf(door, origin))
  );
}

/**
 * GET answers the page whose script reads the token from the fragment, which no server sees. POST exchanges it for the
 * cookie.
 */
export function handoverRoutes(deps: WebDeps, handover: Handover): Hono<WebEnv> {
  const app = new Hono<WebEnv>();

  app.get("/handover", async (c) => {
    const next = safeNext(c.req.query("next") ?? "/");
    const login = `/login?next=${encodeURIComponent(next)}`;
    if (!comesFromReplica(c, deps)) return c.redirect(login, 303);
    return await answerHtml(
      c,
      <CardPage title="Switching" {...cardOf(c)}>
        <h1>Switching to another server</h1>
        <p id="arrival" data-next={next} role="status">
          One moment.
        </p>
        <noscript>
          <p>
            <a class="button" href={login}>
              Log in here
            </a>
          </p>
        </noscript>
      </CardPage>,
    );
  });

  app.post("/handover", async (c) => {
    const token = handover.open((await readFields(c)).text("token"));
    const found = token === null ? null : await deps.chat.authenticateFresh(token);
    if (token !== null && found?.ok === true) {
      setSessionCookie(c, deps, token);
      return c.json({ ok: true });
    }
    // Another tab of this browser was faster, so the cookie is already set.
    if (c.get("session") !== null) return c.json({ ok: true });
    const late = found?.ok === false && found.error.code !== "not_logged_in" ? found : c.get("lateLogin");
    // The token can be opened only once. The page tries again, and is then asked for the cookie.
    if (token !== null && late === found) setSessionCookie(c, deps, token);
    if (late !== null) return await answerError(c, late.error);
    return await answerError(c, failed("not_logged_in", "You are not logged in here. Log in to continue.").error);
  });

  return app;
}
