/**
 * The table of op kinds. `decodeOp` throws FormatTooNew for an op of a later format. To add a kind, add a file to
 * this folder, a line to this table, and to op.proto a message and a field of `payload`.
 */
import { feature } from "bun:bundle";
import { archiveRoom } from "./archive-room.ts";
import { ban } from "./ban.ts";
import { changePassword } from "./change-password.ts";
import { createInvite } from "./create-invite.ts";
import { createReset } from "./create-reset.ts";
import { createRoom } from "./create-room.ts";
import { deleteAccount } from "./delete-account.ts";
import { drafts } from "./drafts.ts";
import { setPosting } from "./set-posting.ts";
import { deleteMessages } from "./delete-messages.ts";
import { editMessage } from "./edit-message.ts";
import { enable } from "./enable.ts";
import { endOtherSessions } from "./end-other-sessions.ts";
import { endSession } from "./end-session.ts";
import { follow } from "./follow.ts";
import type { Kind } from "./kind.ts";
import { login } from "./login.ts";
import { markUnread } from "./mark-unread.ts";
import { marks } from "./marks.ts";
import { nameGroup } from "./name-group.ts";
import { next } from "./next.ts";
import { pin } from "./pin.ts";
import { pushed } from "./pushed.ts";
import { react } from "./react.ts";
import { register } from "./register.ts";
import { renameRoom } from "./rename-room.ts";
import { report } from "./report.ts";
import { resetPassword } from "./reset-password.ts";
import { revokeInvite } from "./revoke-invite.ts";
import { save } from "./save.ts";
import { seatPeople } from "./seat-people.ts";
import { sendMessage } from "./send-message.ts";
import { setActive } from "./set-active.ts";
import { setPreference } from "./set-preference.ts";
import { setPrivate } from "./set-private.ts";
import { setProfile } from "./set-profile.ts";
import { setRole } from "./set-role.ts";
import { setRoomRole } from "./set-room-role.ts";
import { settleReport } from "./settle-report.ts";
import { setTopic } from "./set-topic.ts";
import { subscribePush } from "./subscribe-push.ts";
import { touch } from "./touch.ts";
import { unsubscribePush } from "./unsubscribe-push.ts";

/** Every kind, under the name of its field in op.proto. */
export const KINDS = {
  register,
  login,
  endSession,
  changePassword,
  deleteAccount,
  sendMessage,
  marks,
  deleteMessages,
  setPosting,
  touch,
  endOtherSessions,
  enable,
  createRoom,
  renameRoom,
  setTopic,
  setPrivate,
  archiveRoom,
  seatPeople,
  ban,
  setRoomRole,
  setRole,
  react,
  pin,
  save,
  markUnread,
  editMessage,
  setPreference,
  follow,
  createInvite,
  revokeInvite,
  createReset,
  resetPassword,
  setActive,
  nameGroup,
  setProfile,
  report,
  settleReport,
  drafts,
  subscribePush,
  unsubscribePush,
  pushed,
} as const;

// Only the executable that tests upgrade to has this kind; see next.ts.
if (feature("NEXT")) Object.assign(KINDS, { next });

export type OpKind = keyof typeof KINDS;

type BodyOf<K> = K extends Kind<infer Body> ? Body : never;

/** What an op does. `kind` is the name of its entry in the table. */
export type OpBody = BodyOf<(typeof KINDS)[OpKind]>;

/** The newest op format that this executable understands. */
export const OP_FORMAT = Math.max(...Object.values(KINDS).map(({ since }) => since));

/** The table's entry for the kind of this body. */
export function kindOf(body: OpBody): Kind<OpBody> {
  return KINDS[body.kind] as unknown as Kind<OpBody>;
}
