/** Messages that a search found, and what the field offers: on the page of the search, and in the switcher. */
import type { Session } from "../../chat/chat-service.ts";
import type { SearchHit } from "../../chat/search-service.ts";
import { conversationName, Time } from "../page/names.tsx";
import type { Offer } from "./filter-words.ts";

/** The messages, each a link that opens its conversation around it. */
export function Hits({ hits, session }: { hits: readonly SearchHit[]; session: Session }) {
  return (
    <ol class="hits">
      {hits.map(({ message, conversation, snippet }) => (
        <li>
          <a href={`/c/${message.conversationId}?around=${encodeURIComponent(message.id)}`}>
            <span class="name">{message.authorDisplayName}</span>{" "}
            <span class="small where">
              {conversation.thread === null ? "" : "in a thread, "}
              {conversationName(conversation, session)}
            </span>{" "}
            <span class="seen">
              <Time micros={message.timeMicros} style="short" />
            </span>
            <span class="snippet" dir="auto" hx-ignore>
              {snippet.map(({ text, isHit }) => (isHit ? <mark>{text}</mark> : text))}
            </span>
          </a>
        </li>
      ))}
    </ol>
  );
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
