/** A message's row as text, for the event stream. */
import type { MessageView } from "../../chat/service.ts";
import { MessageRow } from "./message.tsx";

/** The row as everyone gets it, without anything that depends on the viewer. */
export function renderRow(message: MessageView): string {
  return String(<MessageRow message={{ ...message, unread: false, readByOther: false }} />);
}
