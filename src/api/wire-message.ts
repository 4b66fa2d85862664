/** A message as it is on the wire. */
import type { MessageView } from "../chat/chat-service.ts";

/** The message with the people who replied as two lists, as those who reacted are. */
export function wireMessage({ replies, removedBy, pinnedBy, ...seen }: MessageView) {
  const removed = { removedBy: removedBy?.id ?? "", removedByName: removedBy?.name ?? "" };
  const message = { ...seen, ...removed, pinnedBy: pinnedBy?.id ?? "", pinnedByName: pinnedBy?.name ?? "" };
  if (replies === null) return { ...message, replies: null };
  const { people, ...rest } = replies;
  return {
    ...message,
    replies: { ...rest, userIds: people.map(({ id }) => id), names: people.map(({ name }) => name) },
  };
}
