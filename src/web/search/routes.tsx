/** /search: finds messages. It works without a script, which only completes the filters. */
import { Hono, type Context } from "hono";
import type { Session } from "../../chat/chat-service.ts";
import type { SearchPage } from "../../chat/search-service.ts";
import type { ChatError } from "../../chat/errors.ts";
import { FILTERS, QUERY_CHARS_MAX } from "../../search/query.ts";
import { answerError, answerHtml, setCursor, setErrorHeaders, statusOf, wantsJson } from "../http/answer.tsx";
import type { WebDeps, WebEnv } from "../http/deps.ts";
import { needsLogin, read, sessionOf } from "../http/request.ts";
import { answerPage } from "../http/shell.tsx";
import { fixed } from "../page/fixed.ts";
import { PageHead } from "../page/page-head.tsx";
import { offersFor } from "./filter-words.ts";
import { Hits, Offers, searchNote } from "./hits.tsx";

const SHOWN = 30;

/** GET /search and /search/complete. */
export function searchRoutes(deps: WebDeps): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const login = needsLogin();
  app.get("/search", login, (c) => answerSearch(c, deps));
  app.get("/search/complete", login, async (c) => {
    const offers = await offersFor(typedIn(c), { chat: deps.chat, session: sessionOf(c) });
    return wantsJson(c) ? c.json({ offers }) : await answerHtml(c, <Offers offers={offers} />);
  });
  return app;
}

function typedIn(c: Context<WebEnv>): string {
  return (c.req.query("q") ?? "").slice(0, QUERY_CHARS_MAX + 1);
}

async function answerSearch(c: Context<WebEnv>, deps: WebDeps): Promise<Response> {
  const session = sessionOf(c);
  const typed = typedIn(c);
  const before = Number(c.req.query("before") ?? 0);
  const beforeSeq = Number.isSafeInteger(before) && before > 0 ? before : 0;
  const input = { query: typed, beforeSeq, limit: SHOWN, timeZone: c.req.query("zone") ?? "" };
  const answer = typed.trim() === "" ? null : await read(c, (at) => deps.chat.search(session, { ...input, ...at }));
  if (wantsJson(c)) {
    if (answer === null) return c.json({ hits: [], next: 0, isCut: false, percent: 100 });
    if (!answer.ok) return await answerError(c, answer.error);
    setCursor(c, answer.cursor);
    return c.json({ ...answer.value, cursor: answer.cursor });
  }
  const error = answer?.ok === false ? answer.error : null;
  if (error !== null) setErrorHeaders(c, error);
  const found = answer?.ok === true ? answer.value : null;
  const note = answer?.ok === true ? searchNote(answer) : null;
  return await answerPage(c, deps, {
    title: "Search",
    place: "people",
    current: "search",
    cursor: answer?.ok === true ? answer.cursor : deps.chat.cursor(),
    content: <SearchView {...{ typed, found, note, error, session, isFirst: beforeSeq === 0 }} />,
    status: error === null ? 200 : statusOf(error),
  });
}

interface SearchViewProps {
  readonly typed: string;
  /** Null: nothing was asked, or it failed. */
  readonly found: SearchPage | null;
  /** Why messages may be missing. */
  readonly note: string | null;
  readonly error: ChatError | null;
  readonly session: Session;
  readonly isFirst: boolean;
}

function SearchView({ typed, found, note, error, session, isFirst }: SearchViewProps) {
  return (
    <section class="page search-page" aria-labelledby="search-title">
      <PageHead title="Search" id="search-title" />
      <form action="/search" class="search" role="search" aria-label="Search messages">
        <label class="sr" for="search-text">
          Words, or filters such as from:ann
        </label>
        <input
          id="search-text"
          type="search"
          name="q"
          value={typed}
          placeholder="Words, or from:ann"
          maxlength={QUERY_CHARS_MAX}
          autocomplete="off"
          autofocus={typed === ""}
          {...(error === null ? {} : { "aria-invalid": "true", "aria-describedby": "search-error" })}
        />
        <button type="submit">Search</button>
      </form>
      <div id="search-offers" />
      {error === null ? null : (
        <p id="search-error" class="error" role="alert">
          {error.sentence}
        </p>
      )}
      {found === null ? null : <Results {...{ found, note, typed, session, isFirst }} />}
      <FilterHelp isOpen={found === null} />
    </section>
  );
}

interface ResultsProps extends Omit<SearchViewProps, "found" | "error"> {
  readonly found: SearchPage;
}

function Results({ found, note, typed, session, isFirst }: ResultsProps) {
  const { hits, next, isCut } = found;
  return (
    <>
      {note === null ? null : (
        <p class="note" role="status">
          {note}
        </p>
      )}
      {hits.length === 0 && next === 0 ? (
        <p class="empty" role="status">
          {isFirst ? `No message has “${typed.trim()}”.` : "That was all."}
        </p>
      ) : null}
      {hits.length === 0 ? null : <Hits hits={hits} session={session} />}
      {isCut ? (
        <p class="note" role="status">
          Too many messages had to be looked at. Search for more words, or for fewer days, to find the rest.
        </p>
      ) : null}
      {next === 0 ? null : (
        <p>
          <a href={`/search?q=${encodeURIComponent(typed)}&before=${next}`}>Earlier messages</a>
        </p>
      )}
    </>
  );
}

const FilterTable = fixed(() => (
  <dl class="keys">
    {FILTERS.map(({ name, takes, says }) => (
      <div>
        <dt>
          <code>{name}:</code> {takes}
        </dt>
        <dd>{says}</dd>
      </div>
    ))}
    <div>
      <dt>
        <code>"…"</code>
      </dt>
      <dd>these words, next to each other</dd>
    </div>
  </dl>
));

function FilterHelp({ isOpen }: { isOpen: boolean }) {
  return (
    <details open={isOpen} class="filters">
      <summary>Filters</summary>
      <FilterTable />
    </details>
  );
}
