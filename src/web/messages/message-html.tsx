/** A message's row as text, for the event stream and for the answer to a sender. */
import type { MessageView } from "../../chat/chat-service.ts";
import { MessageRow } from "./message.tsx";

/** The row of an event: unread for everyone but its author. */
export function renderRow(message: MessageView): string {
  const row = <MessageRow message={message} withoutMark />;
  // The element of a synchronous component is a string object.
  return String(row as unknown as string);
}
