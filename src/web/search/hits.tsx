/** Messages that a search found, and what the field offers: on the page of the search, and in the switcher. */
import type { Session } from "../../chat/chat-service.ts";
import type { Answer } from "../../chat/errors.ts";
import type { SearchHit, SearchPage } from "../../chat/search-service.ts";
import { conversationName, Time } from "../page/names.tsx";
import type { Offer } from "./filter-words.ts";

/** Why messages may be missing from an answer; null: it has them, or the query is not complete yet. */
export function searchNote(answer: Answer<SearchPage>): string | null {
  if (!answer.ok) return answer.error.code === "not_writable" ? answer.error.sentence : null;
  const { percent } = answer.value;
  if (percent === 100) return null;
  return `The index is still being built: ${percent} %. Newer messages may be missing until then.`;
}

/** The messages, each a link that opens its conversation around it. */
export function Hits({ hits, session }: { hits: readonly SearchHit[]; session: Session }) {
  return (
    <ol class="hits">
      {hits.map((hit) => (
        <li>
          <a href={`/c/${hit.message.conversationId}?around=${encodeURIComponent(hit.message.id)}`}>
            <span class="name">{hit.message.authorDisplayName}</span>{" "}
            <span class="small where">{placeOf(hit, session)}</span>{" "}
            <span class="seen">
              <Time micros={hit.message.timeMicros} style="short" />
            </span>
            <span class="snippet" dir="auto" hx-ignore>
              {hit.snippet.map(({ text, isHit }) => (isHit ? <mark>{text}</mark> : text))}
            </span>
          </a>
        </li>
      ))}
    </ol>
  );
}

/** Where it was said. What somebody wrote to the user alone needs no second name. */
function placeOf({ message, conversation }: SearchHit, session: Session): string {
  const thread = conversation.thread === null ? "" : "in a thread, ";
  const isToUser = conversation.with !== null && conversation.with.id === message.authorId;
  if (isToUser) return `${thread}to you`;
  return `${thread}${conversation.with === null ? "" : "to "}${conversationName(conversation, session)}`;
}

/** Buttons that complete what was typed; the page's script puts their text into the field. */
export function Offers({ offers }: { offers: readonly Offer[] }) {
  if (offers.length === 0) return null;
  return (
    <ul class="found filter-offers" aria-label="Filters">
      {offers.map(({ shown, says, fills }) => (
        <li>
          <button type="button" class="plain" data-fills={fills}>
            <span class="name">{shown}</span> {says === "" ? null : <span class="small">{says}</span>}
          </button>
        </li>
      ))}
    </ul>
  );
}
