/** What a message quotes, above its text; and what is quoted next, above the text field. */
import type { MessageView, QuoteView } from "../../chat/chat-service.ts";
import { rootOf } from "../../chat/ids.ts";
import { Icon } from "../page/icons.tsx";
import { rowId } from "./row-id.ts";

const GONE = "A message that was deleted";

/** The address at which a message is in the middle of the page. */
function placeOf(conversationId: string, messageId: string): string {
  // The root of a thread is not one of its messages; the page of the thread begins with it.
  if (rootOf(conversationId) === messageId) return `#${rowId(messageId)}`;
  return `/c/${conversationId}?around=${encodeURIComponent(messageId)}#${rowId(messageId)}`;
}

/** Leads to the message that is quoted. The script changes the words when that one is edited or deleted. */
export function Quote({ message: { quote, conversationId } }: { message: MessageView }) {
  if (quote === null) return null;
  const { messageId, authorName, text, gone } = quote;
  return (
    <a class={gone ? "quote gone" : "quote"} href={placeOf(conversationId, messageId)} data-of={messageId}>
      <span class="quote-who">{authorName}</span>
      <span class="quote-text" dir="auto">
        {gone ? GONE : text || "An earlier message"}
      </span>
    </a>
  );
}

/** The same for a message that is being sent, and for one whose quoted message was deleted on this page. */
export function QuoteTemplates() {
  return (
    <template id="quote">
      <a class="quote">
        <span class="quote-who" />
        <span class="quote-text" dir="auto">
          {GONE}
        </span>
      </a>
    </template>
  );
}

/** The message that the text in the field will quote, in its form; the script has a bar of its own for it. */
export function Quoting({ quote, path }: { quote: QuoteView; path: string }) {
  return (
    <div class="about" data-id={quote.messageId} data-name={quote.authorName} data-text={quote.text}>
      <input type="hidden" name="quoted" value={quote.messageId} />
      <p>
        <span class="about-what">Reply to {quote.authorName}</span>
        <span class="about-text" dir="auto">
          {quote.text}
        </span>
      </p>
      <a class="button plain" href={path} title="Cancel">
        <Icon name="close" />
        <span class="sr">Cancel</span>
      </a>
    </div>
  );
}
