/** /activity: what others did that concerns the user. It works without a script. */
import { Hono, type Context } from "hono";
import type { ActivityView } from "../../chat/chat-service.ts";
import { answerError, setCursor, wantsJson } from "../http/answer.tsx";
import type { WebDeps, WebEnv } from "../http/deps.ts";
import { needsLogin, read, sessionOf } from "../http/request.ts";
import { answerPage } from "../http/shell.tsx";
import { cut } from "../page/cut.ts";
import { Avatar, Time } from "../page/names.tsx";
import { PageHead } from "../page/page-head.tsx";
import { markdownWords } from "./markdown.ts";
import { listed } from "./mentions.tsx";

const SHOWN = 50;

const PREVIEW_CHARS = 120;

/** See the top of this file. */
export function activityRoutes(deps: WebDeps): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  app.get("/activity", needsLogin(), (c) => answerActivity(c, deps));
  return app;
}

async function answerActivity(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const before = Number(c.req.query("before") ?? 0);
  const beforeSeq = Number.isSafeInteger(before) && before > 0 ? before : 0;
  const input = { beforeSeq, limit: SHOWN + 1 };
  const answer = await read(c, (at) => deps.chat.listActivity(sessionOf(c), { ...input, ...at }));
  if (!answer.ok) return await answerError(c, answer.error);
  const activities = answer.value.slice(0, SHOWN);
  const next = answer.value.length > SHOWN ? activities.at(-1)!.seq : null;
  if (wantsJson(c)) {
    setCursor(c, answer.cursor);
    return c.json({ activities, next, cursor: answer.cursor });
  }
  return await answerPage(c, deps, {
    title: "Activity",
    place: "people",
    current: "activity",
    cursor: answer.cursor,
    content: <ActivityPage activities={activities} next={next} />,
  });
}

/** Unread mentions first. */
function ActivityPage({ activities, next }: { activities: readonly ActivityView[]; next: number | null }) {
  const unread = activities.filter(isUnread);
  const rest = activities.filter((one) => !isUnread(one));
  return (
    <section class="page people" aria-labelledby="activity-title">
      <PageHead title="Activity" id="activity-title" />
      {activities.length === 0 ? (
        <p class="empty">Nothing yet. Mentions of you, answers to your messages and invitations are listed here.</p>
      ) : null}
      {unread.length === 0 ? null : <h2>Unread</h2>}
      <Rows activities={unread} />
      {unread.length === 0 || rest.length === 0 ? null : <h2>Earlier</h2>}
      <Rows activities={rest} />
      {next === null ? null : (
        <p>
          <a href={`/activity?before=${next}`}>Earlier activity</a>
        </p>
      )}
    </section>
  );
}

function isUnread({ kind, message }: ActivityView): boolean {
  return (kind === "mention" || kind === "quote") && message?.unread === true;
}

function Rows({ activities }: { activities: readonly ActivityView[] }) {
  if (activities.length === 0) return null;
  return (
    <ul class="roster activity">
      {activities.map((one) => (
        <li>
          <a href={pathOf(one)} class={isUnread(one) ? "has-unread" : ""}>
            {one.by[0] === undefined ? null : <Avatar user={one.by[0]} />}
            <span class="name">{headlineOf(one)}</span>
            {one.message === null ? null : (
              <span class="seen">
                <Time micros={one.message.timeMicros} style="short" />
              </span>
            )}
            {one.message === null ? null : (
              <span class="preview" hx-ignore dir="auto">
                {cut(markdownWords(one.message.body), PREVIEW_CHARS)}
              </span>
            )}
          </a>
        </li>
      ))}
    </ul>
  );
}

function pathOf({ message, room }: ActivityView): string {
  if (message === null) return `/c/${room?.id ?? ""}`;
  return `/c/${message.conversationId}?around=${encodeURIComponent(message.id)}`;
}

/** "Ben mentioned you in #ops". */
function headlineOf({ kind, by, room, message }: ActivityView): string {
  const who = listed(by.map(({ displayName }) => displayName));
  const where = room === null ? "" : ` in #${room.name}`;
  switch (kind) {
    case "mention":
      return `${who} mentioned you${where}`;
    case "quote":
      return `${who} replied to you${where}`;
    case "reaction":
      return `${who} reacted ${message?.reactions.map(({ emoji }) => emoji).join(" ") ?? ""} to your message${where}`;
    case "reply":
      return `${who} replied in a thread to your message${where}`;
    case "invitation":
      return `${who} invited you to #${room?.name ?? ""}`;
  }
}
