/** Renames a room. */
import type { ConversationId } from "../ids.ts";
import { done, refused, type Kind } from "./kind.ts";
import { freeName, isNameFree, isRefused, managers, roomFor, told, type RoomName } from "./rooms.ts";
import { counts, tagOf } from "./tags.ts";

export interface RenameRoom extends RoomName {
  readonly kind: "renameRoom";
  readonly room: ConversationId;
}

/** The later of two new names counts. If another room has it by then, it gets a suffix. */
export const renameRoom: Kind<RenameRoom> = {
  since: 1,
  merge: "latest",
  recorded: true,
  read: ({ room, name, folded, skeleton }) => ({ kind: "renameRoom", room, name, folded, skeleton }),
  content: ({ room, name }) => `${room}\0${name}`,

  decide(op, body, seq, rows) {
    const room = roomFor({ op, seq, rows }, body.room, managers);
    if (isRefused(room)) return room;
    if (!op.recovered && !isNameFree(body.folded, body.skeleton, room.id, rows)) return refused("name_taken");
    if (!counts(op, room.nameTag)) return done();
    rows.putRoom({ ...room, ...freeName(body, room.id, rows), nameTag: tagOf(op), changedSeq: seq });
    return done([told(room.id)]);
  },
};
