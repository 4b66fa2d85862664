/** /saved: the messages that the user has saved, for the user alone. It works without a script. */
import { Hono, type Context } from "hono";
import type { SavedView } from "../../chat/keeping-service.ts";
import { answerError, setCursor, setWritten, wantsJson } from "../http/answer.tsx";
import type { WebDeps, WebEnv } from "../http/deps.ts";
import { needsLogin, read, readFields, sessionOf } from "../http/request.ts";
import { answerPage } from "../http/shell.tsx";
import { conversationName, Time } from "../page/names.tsx";
import { PageHead } from "../page/page-head.tsx";
import { PostForm } from "../page/post-form.tsx";
import { KeptMessage } from "./kept-message.tsx";
import { rowId } from "./row-id.ts";

const SHOWN = 50;

/** GET /saved, POST /save and /unsave. */
export function savedRoutes(deps: WebDeps): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const login = needsLogin();
  app.get("/saved", login, (c) => answerSaved(c, deps));
  app.post("/save", login, (c) => save(c, deps, true));
  app.post("/unsave", login, (c) => save(c, deps, false));
  for (const form of ["save", "unsave"] as const) app.get(`/${form}`, login, (c) => c.redirect("/saved", 303));
  return app;
}

/** People are sent to the message, or back to the list from which they let go of it. */
async function save(c: Context<WebEnv>, deps: WebDeps, on: boolean): Promise<Response> {
  const fields = await readFields(c);
  const input = { messageId: fields.text("ids"), on, clientId: fields.clientId() };
  const answer = await deps.chat.saveMessage(sessionOf(c), input);
  if (!answer.ok) return await answerError(c, answer.error);
  setWritten(c, answer.cursor, deps.secureCookies);
  if (wantsJson(c)) return c.json({ ok: true, cursor: answer.cursor });
  const message = fields.text("from") === "saved" ? null : answer.value;
  return c.redirect(message === null ? "/saved" : `/c/${message.conversationId}#${rowId(message.id)}`, 303);
}

async function answerSaved(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const session = sessionOf(c);
  const input = { before: c.req.query("before") ?? "", limit: SHOWN + 1 };
  const answer = await read(c, (at) => deps.chat.listSaved(session, { ...input, ...at }));
  if (!answer.ok) return await answerError(c, answer.error);
  const saved = answer.value.slice(0, SHOWN);
  const next = answer.value.length > SHOWN ? saved.at(-1)!.place : null;
  setCursor(c, answer.cursor);
  if (wantsJson(c)) return c.json({ saved, next, cursor: answer.cursor });
  const places = new Map<string, string>();
  for (const conversationId of new Set(saved.flatMap(({ message }) => message?.conversationId ?? []))) {
    const found = await deps.chat.conversation(session, { conversationId });
    if (found.ok) places.set(conversationId, conversationName(found.value, session));
  }
  return await answerPage(c, deps, {
    title: "Saved",
    place: "people",
    current: "saved",
    cursor: answer.cursor,
    content: <SavedPage saved={saved} places={places} userId={session.userId} next={next} />,
  });
}

interface SavedProps {
  readonly saved: readonly SavedView[];
  /** What the conversations are called, by their ids. */
  readonly places: ReadonlyMap<string, string>;
  readonly userId: string;
  /** Where the next page begins; null if this is the last. */
  readonly next: string | null;
}

function SavedPage({ saved, places, userId, next }: SavedProps) {
  return (
    <section class="page kept" aria-labelledby="saved-title">
      <PageHead title="Saved" id="saved-title" note="Only you see this list." />
      {saved.length === 0 ? <p class="empty">Nothing yet. Choose "Save" in the menu of a message.</p> : null}
      <ol>
        {saved.map(({ messageId, savedMicros, message }) =>
          message === null ? (
            <li>
              <p class="small">
                saved <Time micros={savedMicros} style="past" />
              </p>
              <p class="body">This message is no longer available.</p>
              <div class="row">
                <Unsave messageId={messageId} />
              </div>
            </li>
          ) : (
            <KeptMessage message={message} userId={userId} place={places.get(message.conversationId) ?? ""}>
              <Unsave messageId={messageId} />
            </KeptMessage>
          ),
        )}
      </ol>
      {next === null ? null : (
        <p>
          <a href={`/saved?before=${encodeURIComponent(next)}`}>Saved earlier</a>
        </p>
      )}
    </section>
  );
}

function Unsave({ messageId }: { messageId: string }) {
  return (
    <PostForm action="/unsave">
      <input type="hidden" name="ids" value={messageId} />
      <input type="hidden" name="id" value={Bun.randomUUIDv7()} />
      <input type="hidden" name="from" value="saved" />
      <button type="submit" class="plain">
        Unsave
      </button>
    </PostForm>
  );
}
