/** Archives a room, so that people can read but not write in it, or opens it again. */
import { GENERAL_ID, type ConversationId } from "../ids.ts";
import { note } from "./audit.ts";
import { done, type Kind } from "./kind.ts";
import { isRefused, managers, roomFor, told } from "./rooms.ts";
import { counts, tagOf } from "./tags.ts";

export interface ArchiveRoom {
  readonly kind: "archiveRoom";
  readonly room: ConversationId;
  readonly archived: boolean;
}

/** The later of two changes counts. Messages that were written meanwhile are kept. */
export const archiveRoom: Kind<ArchiveRoom> = {
  since: 1,
  merge: "latest",
  recorded: true,
  read: ({ room, archived }) => ({ kind: "archiveRoom", room, archived }),
  content: ({ room, archived }) => `${room}\0${archived ? "archived" : "open"}`,

  decide(op, body, seq, rows) {
    const room = roomFor({ op, seq, rows }, body.room, (role, { id }) =>
      id === GENERAL_ID ? "not_allowed" : managers(role),
    );
    if (isRefused(room)) return room;
    if (!counts(op, room.archivedTag)) return done();
    rows.putRoom({ ...room, archived: body.archived, archivedTag: tagOf(op), changedSeq: seq });
    if (room.archived === body.archived) return done();
    note({ op, seq, rows }, body.archived ? "archiveRoom" : "openRoom", room.id);
    return done([told(room.id)]);
  },
};
