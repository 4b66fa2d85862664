/** Says who may write in a room, how often, and who may call everybody in it. */
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
  /** Only those who run the room call everybody by `@room` and `@here`. Absent: false. */
  readonly adminsCall?: boolean;
}

/** The later of two rules counts. Messages that were written meanwhile are kept. */
export const setPosting: Kind<SetPosting> = {
  since: 1,
  merge: "latest",
  recorded: true,
  read: ({ room, adminsOnly, slowSeconds, adminsCall }) => ({
    kind: "setPosting",
    room,
    adminsOnly,
    slowSeconds,
    adminsCall,
  }),
  content: ({ room, adminsOnly, slowSeconds, adminsCall = false }) =>
    [room, adminsOnly ? "admins" : "everyone", slowSeconds, ...(adminsCall ? ["admins call"] : [])].join("\0"),

  decide(op, { room: id, adminsOnly, slowSeconds, adminsCall = false }, seq, rows) {
    if (slowSeconds > SLOW_SECONDS_MAX) return refused("invalid");
    const room = roomFor({ op, seq, rows }, id, managers);
    if (isRefused(room)) return room;
    if (!counts(op, room.postingTag)) return done();
    const rule = { adminsOnly, slowSeconds, adminsCall };
    rows.putRoom({ ...room, ...rule, postingTag: tagOf(op), changedSeq: seq });
    const isSame = room.adminsOnly === adminsOnly && room.slowSeconds === slowSeconds && room.adminsCall === adminsCall;
    return done(isSame ? [] : [told(room.id)]);
  },
};
