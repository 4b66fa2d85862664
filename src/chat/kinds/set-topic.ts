/** Sets the topic of a room. Everybody in it may do that. */
import type { ConversationId } from "../ids.ts";
import { done, type Kind } from "./kind.ts";
import { anybody, isRefused, roomFor, told } from "./rooms.ts";
import { counts, tagOf } from "./tags.ts";

export interface SetTopic {
  readonly kind: "setTopic";
  readonly room: ConversationId;
  /** May be empty. */
  readonly topic: string;
}

/** The later of two topics counts. */
export const setTopic: Kind<SetTopic> = {
  since: 1,
  merge: "latest",
  recorded: true,
  read: ({ room, topic }) => ({ kind: "setTopic", room, topic }),
  content: ({ room, topic }) => `${room}\0${topic}`,

  decide(op, body, seq, rows) {
    const room = roomFor({ op, seq, rows }, body.room, anybody);
    if (isRefused(room)) return room;
    if (!counts(op, room.topicTag)) return done();
    rows.putRoom({ ...room, topic: body.topic, topicTag: tagOf(op), changedSeq: seq });
    return done([told(room.id)]);
  },
};
