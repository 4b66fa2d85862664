/** Reads the messages of one page of a conversation, which may be anywhere in it. */
import type { Context } from "hono";
import { PAGE_MAX } from "../../chat/bounds.ts";
import type { ConversationView, MessageView } from "../../chat/chat-service.ts";
import type { Answer } from "../../chat/errors.ts";
import { FIRST_UNREAD, type MessagesInput } from "../../chat/messages-input.ts";
import type { WebDeps, WebEnv } from "../http/deps.ts";
import { sessionOf } from "../http/request.ts";
import { startOfDay } from "./day.ts";
import type { History } from "./conversation.tsx";

const PAGE_DEFAULT = 50;

/** The count of unread messages goes no further: there may be more. */
const UNREAD_SHOWN_MAX = 100;

function pageSize(c: Context<WebEnv>): number {
  const asked = Number(c.req.query("limit") ?? PAGE_DEFAULT);
  return Number.isInteger(asked) ? Math.min(Math.max(asked, 1), PAGE_MAX) : PAGE_DEFAULT;
}

/** One message more than shown is read, to know whether there are others behind it. */
export async function readHistory(
  c: Context<WebEnv>,
  deps: WebDeps,
  conversationId: string,
  place: Readonly<Record<string, string>> = c.req.query(),
): Promise<Answer<History>> {
  const { before = "", after = "", around = "", on = "" } = place;
  const shown = Math.min(pageSize(c), PAGE_MAX - 1);
  const day = on === "" ? null : await readDay(c, deps, { conversationId, limit: shown });
  if (day !== null) return day;
  if (around !== "") return await readAround(c, deps, { conversationId, around, before, after, limit: shown });
  const input = { conversationId, limit: shown + 1, before, after };
  const answer = await deps.chat.messages(sessionOf(c), input);
  if (!answer.ok) return answer;
  const { value, cursor } = answer;
  const isMore = value.length > shown;
  const history =
    after === ""
      ? { messages: isMore ? value.slice(-shown) : value, more: isMore, newer: before !== "" }
      : { messages: isMore ? value.slice(0, shown) : value, more: true, newer: isMore };
  return { ok: true, value: { ...history, around: "" }, cursor };
}

/** A page around one message, or around the first one that was written at a time or later. */
async function readAround(
  c: Context<WebEnv>,
  deps: WebDeps,
  input: Required<Omit<MessagesInput, "at">> & Pick<MessagesInput, "at">,
): Promise<Answer<History>> {
  const session = sessionOf(c);
  const { conversationId, around, at = 0 } = input;
  const answer = await deps.chat.messages(session, input);
  if (!answer.ok) return answer;
  const messages = answer.value;
  const isThere = async (place: Pick<MessagesInput, "before" | "after">): Promise<boolean> => {
    const found = messages.length > 0 && (await deps.chat.messages(session, { conversationId, limit: 1, ...place }));
    return found !== false && found.ok && found.value.length > 0;
  };
  const more = await isThere({ before: messages[0]?.id ?? "" });
  const newer = await isThere({ after: messages.at(-1)?.id ?? "" });
  const isTarget = ({ unread, timeMicros }: MessageView): boolean => (at > 0 ? timeMicros >= at : unread);
  const target = at > 0 || around === FIRST_UNREAD ? (messages.find(isTarget)?.id ?? "") : around;
  return { ok: true, value: { messages, more, newer, around: target }, cursor: answer.cursor };
}

/** A page around the first message of a day or later; with none, the newest page, which says so. */
async function readDay(
  c: Context<WebEnv>,
  deps: WebDeps,
  { conversationId, limit }: { readonly conversationId: string; readonly limit: number },
): Promise<Answer<History> | null> {
  const { on = "", zone = "" } = c.req.query();
  const self = await deps.chat.person(sessionOf(c), {});
  const at = startOfDay(on, [zone, (self.ok ? self.value.timeZone : "") ?? "", "UTC"]);
  if (at === null) return null;
  const day = await readAround(c, deps, { conversationId, around: "", before: "", after: "", at, limit });
  if (!day.ok || day.value.messages.length > 0) return day;
  const newest = await readHistory(c, deps, conversationId, {});
  return newest.ok ? { ...newest, value: { ...newest.value, noneSince: on } } : newest;
}

/** The first unread message; null if nothing is unread. */
export async function firstUnreadOf(
  c: Context<WebEnv>,
  deps: WebDeps,
  { id, unread }: ConversationView,
  { messages }: History,
): Promise<MessageView | null> {
  const shown = messages.filter((message) => message.unread);
  if (unread === 0 || (shown.length >= unread && unread < UNREAD_SHOWN_MAX)) return shown[0] ?? null;
  const input = { conversationId: id, around: FIRST_UNREAD, limit: 1 };
  const found = await deps.chat.messages(sessionOf(c), input);
  return (found.ok ? found.value.find((message) => message.unread) : null) ?? null;
}
