/** Says who may write in a room, and how often. */
import { SLOW_SECONDS_MAX } from "../bounds.ts";
import type { ConversationId } from "../ids.ts";
import { done, refused, type Kind } from "./kind.ts";
import { isRefused, managers, roomFor, told } from "./rooms.ts";
import { counts, tagOf } from "./tags.ts";

export interface SetPosting {
  readonly kind: "setPosting";
  readonly room: ConversationId;
  /** Only those who run the room write in it. */
  readonly adminsOnly: boolean;
  /** Seconds between two messages of one member, 0 to SLOW_SECONDS_MAX; 0: no limit. */
  readonly slowSeconds: number;
}

/** The later of two rules counts. Messages that were written meanwhile are kept. */
export const setPosting: Kind<SetPosting> = {
  since: 1,
  merge: "latest",
  recorded: true,
  read: ({ room, adminsOnly, slowSeconds }) => ({ kind: "setPosting", room, adminsOnly, slowSeconds }),
  content: ({ room, adminsOnly, slowSeconds }) => `${room}\0${adminsOnly ? "admins" : "everyone"}\0${slowSeconds}`,

  decide(op, { room: id, adminsOnly, slowSeconds }, seq, rows) {
    if (slowSeconds > SLOW_SECONDS_MAX) return refused("invalid");
    const room = roomFor({ op, seq, rows }, id, managers);
    if (isRefused(room)) return room;
    if (!counts(op, room.postingTag)) return done();
    rows.putRoom({ ...room, adminsOnly, slowSeconds, postingTag: tagOf(op), changedSeq: seq });
    return done(room.adminsOnly === adminsOnly && room.slowSeconds === slowSeconds ? [] : [told(room.id)]);
  },
};
