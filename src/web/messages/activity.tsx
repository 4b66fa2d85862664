/** /activity: what others did that concerns the user. It works without a script. */
import { Hono, type Context } from "hono";
import type { ActivityView, MessageView } from "../../chat/chat-service.ts";
import { answerError, setCursor, wantsJson } from "../http/answer.tsx";
import type { WebDeps, WebEnv } from "../http/deps.ts";
import { needsLogin, read, sessionOf } from "../http/request.ts";
import { answerPage } from "../http/shell.tsx";
import { cut } from "../page/cut.ts";
import { Avatar, Time } from "../page/names.tsx";
import { PageHead } from "../page/page-head.tsx";
import { wordsOrFiles } from "./files.tsx";
import { markdownWords } from "./markdown.ts";
import { listed } from "./mentions.tsx";
import { threadIdOf } from "./pane.ts";

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
  const session = sessionOf(c);
  const input = { beforeSeq, limit: SHOWN + 1 };
  const answer = await read(c, (at) => deps.chat.listActivity(session, { ...input, ...at }));
  if (!answer.ok) return await answerError(c, answer.error);
  // The first page begins with what is unread, however old it is.
  const unread =
    beforeSeq === 0
      ? await deps.chat.listActivity(session, { unread: true, limit: SHOWN })
      : { ...answer, value: answer.value.slice(0, SHOWN).filter((one) => one.unread) };
  if (!unread.ok) return await answerError(c, unread.error);
  const activities = answer.value.slice(0, SHOWN);
  const next = answer.value.length > SHOWN ? activities.at(-1)!.seq : null;
  if (wantsJson(c)) {
    setCursor(c, answer.cursor);
    return c.json({ activities, unread: unread.value, next, cursor: answer.cursor });
  }
  const rest = activities.filter((one) => !one.unread);
  return await answerPage(c, deps, {
    title: "Activity",
    place: "people",
    current: "activity",
    cursor: answer.cursor,
    content: <ActivityPage unread={unread.value} rest={rest} next={next} />,
  });
}

interface ActivityPageProps {
  readonly unread: readonly ActivityView[];
  readonly rest: readonly ActivityView[];
  /** Where the next page begins; null: this is the last one. */
  readonly next: number | null;
}

function ActivityPage({ unread, rest, next }: ActivityPageProps) {
  return (
    <section class="page people" aria-labelledby="activity-title">
      <PageHead title="Activity" id="activity-title" />
      {unread.length + rest.length === 0 ? (
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

function Rows({ activities }: { activities: readonly ActivityView[] }) {
  if (activities.length === 0) return null;
  return (
    <ul class="roster activity">
      {activities.map((one) => (
        <li>
          <a href={pathOf(one)} class={one.unread ? "has-unread" : ""}>
            {one.by[0] === undefined ? null : <Avatar user={one.by[0]} />}
            <span class="name">{headlineOf(one)}</span>
            {one.message === null ? null : (
              <span class="seen">
                <Time micros={whenOf(one, one.message)} style="short" />
              </span>
            )}
            {one.message === null ? null : (
              <span class="preview" hx-ignore dir="auto">
                {cut(wordsOrFiles(markdownWords(one.message.body), one.message), PREVIEW_CHARS)}
              </span>
            )}
          </a>
        </li>
      ))}
    </ul>
  );
}

/** Of answers, the time of the last one; else that of the message that is shown. */
function whenOf({ kind }: ActivityView, { replies, timeMicros }: MessageView): number {
  return kind === "reply" ? (replies?.lastMicros ?? timeMicros) : timeMicros;
}

function pathOf({ kind, message, room }: ActivityView): string {
  if (message === null) return `/c/${room?.id ?? ""}`;
  // There are the replies; the message is above them.
  if (kind === "reply") return `/c/${threadIdOf(message.id)}`;
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
