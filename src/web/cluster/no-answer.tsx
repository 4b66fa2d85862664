/**
 * The page that a browser keeps and shows by itself while no replica answers (browser/shell-worker.ts). It says so, and
 * its script (browser/no-answer.ts) opens the wanted address as soon as a replica is back.
 */
import { Hono } from "hono";
import { answerHtml } from "../http/answer.tsx";
import { NO_ANSWER_PATH } from "../http/assets.ts";
import type { WebDeps, WebEnv } from "../http/deps.ts";
import { originsFor } from "../http/origins.ts";
import { cardOf } from "../http/prefs.ts";
import { placeOf } from "../http/request.ts";
import { CardPage } from "../page/page.tsx";

/** GET /no-answer: no login, and nothing of a user, because the browser keeps it. */
export function noAnswerRoutes(deps: WebDeps): Hono<WebEnv> {
  return new Hono<WebEnv>().get(NO_ANSWER_PATH, async (c) => {
    const origins = originsFor(placeOf(c), deps).join(" ");
    return await answerHtml(
      c,
      <CardPage title="No server answers" {...cardOf(c)}>
        <div id="no-answer" class="stack" data-origins={origins}>
          <h1>No server answers</h1>
          <p role="status">
            None of the servers of this chat can be reached from here. This page looks for one every second, and opens
            as soon as one is back.
          </p>
          <p class="small">What you wrote and have not sent is kept on this device.</p>
          <p>
            <a class="button" href="">
              Try now
            </a>
          </p>
        </div>
      </CardPage>,
    );
  });
}
