/**
 * The unary calls of lastword.v1.Chat in one table. Each entry turns its request into one call
 * of WholeChat, and the value of the answer into its response. It decides no rule of the chat.
 */
import type { ChatCall, ChatRequest, ChatResponse } from "../../proto/chat-wire.ts";
import { ReadMode } from "../../proto/gen/lastword/v1/ReadMode.ts";
import type { Encodable } from "../../proto/message-type.ts";
import { failed } from "../chat/errors.ts";
import type { Answer } from "../chat/errors.ts";
import type {
  ActivityView,
  Caller,
  ConversationView,
  MessageView,
  PreferenceChange,
  ReadAt,
  RoomView,
  Session,
  ThreadView,
} from "../chat/chat-service.ts";
import type { SearchHit } from "../chat/search-service.ts";
import type { RoomChange } from "../chat/room-change.ts";
import type { WholeChat } from "../chat/admin-service.ts";
import type { ProfileInput } from "../chat/profile-service.ts";
import { wireMessage } from "./wire-message.ts";
import { sendInput } from "./send-stream.ts";

/** Calls with one answer that need only the ChatService. */
export type UnaryCall = Exclude<ChatCall, "Subscribe" | "SendStream" | "PutFile" | "GetFile" | "ClusterStatus">;

/** What a handler knows about the call besides its request. */
export interface CallContext {
  readonly chat: WholeChat;
  readonly caller: Caller;
  /** How fresh a read must be; `read` is a ReadMode. */
  readonly readAt: (read: number) => ReadAt;
}

/** The response without its cursor, which is added to every response in one place. */
type Body<Name extends UnaryCall> = Omit<Encodable<ChatResponse<Name>>, "cursor">;

type OpenHandler<Name extends UnaryCall> = (
  request: ChatRequest<Name>,
  context: CallContext,
) => Promise<Answer<Body<Name>>>;

type SessionHandler<Name extends UnaryCall> = (
  request: ChatRequest<Name>,
  context: CallContext & { readonly session: Session },
) => Promise<Answer<Body<Name>>>;

/** The size of a page if the request does not set a limit. */
const PAGE_DEFAULT = 50;

/** Calls that need no login. */
export const OPEN_CALLS: { readonly [Name in "Register" | "Login" | "ResetPassword"]: OpenHandler<Name> } = {
  Register: ({ name, password, clientId, invite }, { chat, caller }) =>
    chat.register({ name, password, clientId, ...(invite === undefined ? {} : { invite }) }, caller),
  Login: ({ name, password }, { chat, caller }) => chat.login({ name, password }, caller),
  ResetPassword: ({ token, password, clientId }, { chat, caller }) =>
    chat.resetPassword({ token, password, clientId }, caller),
};

/** Calls that need a login. */
export const SESSION_CALLS: { readonly [Name in Exclude<UnaryCall, keyof typeof OPEN_CALLS>]: SessionHandler<Name> } = {
  Logout: (_request, { chat, session }) => chat.logout(session).then(nothing),
  ChangePassword: ({ password, newPassword, clientId }, { chat, session }) =>
    chat.changePassword(session, { password, newPassword, clientId }).then(nothing),
  DeleteAccount: ({ password, deleteMessages, clientId }, { chat, session }) =>
    chat.deleteAccount(session, { password, deleteMessages, clientId }).then(nothing),
  ListSessions: (_request, { chat, session, readAt }) =>
    chat.listSessions(session, readAt(ReadMode.READ_MODE_LOCAL)).then(as((sessions) => ({ sessions }))),
  EndSession: ({ sessionId, clientId }, { chat, session }) =>
    chat.endSession(session, { id: sessionId, clientId }).then(nothing),
  ListUsers: ({ after, limit, read, search, deactivated }, { chat, session, readAt }) =>
    chat
      .listUsers(session, {
        ...(after === "" ? {} : { after }),
        ...(search === "" ? {} : { search }),
        ...(deactivated ? { deactivated } : {}),
        limit: limit || PAGE_DEFAULT,
        ...readAt(read),
      })
      .then(as((users) => ({ users }))),
  GetPerson: ({ name, read }, { chat, session, readAt }) =>
    chat.person(session, { ...(name === "" ? {} : { name }), ...readAt(read) }).then(as((user) => ({ user }))),
  SetProfile: (request, { chat, session }) =>
    chat.setProfile(session, { ...profileOf(request), clientId: request.clientId }).then(as((user) => ({ user }))),
  SetRole: ({ person, role, clientId }, { chat, session }) =>
    chat.setRole(session, { person, role, clientId }).then(as((user) => ({ user }))),
  CreateInvite: ({ role, rooms, uses, seconds, clientId }, { chat, session }) =>
    chat.createInvite(session, {
      role: role || "member",
      rooms,
      ...(uses === 0 ? {} : { uses }),
      ...(seconds === 0 ? {} : { seconds }),
      clientId,
    }),
  ListInvites: ({ beforeMicros, limit, read }, { chat, session, readAt }) =>
    chat
      .listInvites(session, { beforeMicros, limit: limit || PAGE_DEFAULT, ...readAt(read) })
      .then(as((invites) => ({ invites }))),
  CreateReset: ({ person, clientId }, { chat, session }) => chat.createReset(session, { person, clientId }),
  SetActive: ({ person, active, clientId }, { chat, session }) =>
    chat.setActive(session, { person, active, clientId }).then(as((user) => ({ user }))),
  ListAudit: ({ before, limit, read }, { chat, session, readAt }) =>
    chat.listAudit(session, { before, limit: limit || PAGE_DEFAULT, ...readAt(read) }).then(
      as((entries) => ({
        entries: entries.map((entry) => ({ ...entry, link: entry.link ?? "", room: entry.room ?? "" })),
      })),
    ),
  GetUpload: ({ uploadId }, { chat, session }) => chat.uploadSize(session, { uploadId }),
  SaveDraft: ({ conversationId, body }, { chat, session }) =>
    chat.saveDraft(session, { conversationId, body }).then(nothing),
  AddPushSubscription: ({ endpoint, p256dh, auth, device, quiet, timeZone, clientId }, { chat, session }) =>
    chat
      .addPush(session, { endpoint, p256dh, auth, device, quiet, timeZone, clientId, origin: "" })
      .then(as((subscription) => ({ subscription }))),
  RemovePushSubscription: ({ id, clientId }, { chat, session }) =>
    chat.removePush(session, { id, clientId }).then(nothing),
  ListPushSubscriptions: ({ read }, { chat, session, readAt }) =>
    chat.listPush(session, readAt(read)).then(as((subscriptions) => ({ subscriptions, publicKey: chat.pushKey() }))),
  TestPushSubscription: ({ id }, { chat, session }) =>
    chat.testPush(session, { id }).then(as((subscription) => ({ subscription }))),
  ListDrafts: ({ limit, read }, { chat, session, readAt }) =>
    chat.listDrafts(session, { limit: limit || PAGE_DEFAULT, ...readAt(read) }).then(as((drafts) => ({ drafts }))),
  ReportMessage: ({ messageId, why, clientId }, { chat, session }) =>
    chat.reportMessage(session, { messageId, why, clientId }).then(nothing),
  ListReports: ({ done, beforeSeq, limit, read }, { chat, session, readAt }) =>
    chat
      .listReports(session, { done, beforeSeq, limit: limit || PAGE_DEFAULT, ...readAt(read) })
      .then(as((reports) => ({ reports }))),
  SettleReport: ({ messageId, by, reopen, clientId }, { chat, session }) =>
    chat.settleReport(session, { messageId, by, done: !reopen, clientId }).then(nothing),
  RevokeInvite: ({ id, clientId }, { chat, session }) =>
    chat.revokeInvite(session, { id, clientId }).then(as((invite) => ({ invite }))),
  ListConversations: ({ limit, read, beforeSeq, unreadOnly }, { chat, session, readAt }) =>
    chat
      .listConversations(session, {
        limit: limit || PAGE_DEFAULT,
        beforeSeq,
        unread: unreadOnly,
        ...readAt(read),
      })
      .then(as((conversations) => ({ conversations: conversations.map(wireConversation) }))),
  ListThreads: ({ limit, read, beforeSeq, unreadOnly }, { chat, session, readAt }) =>
    chat
      .listThreads(session, { limit: limit || PAGE_DEFAULT, beforeSeq, unread: unreadOnly, ...readAt(read) })
      .then(as((threads) => ({ threads: threads.map(wireConversation) }))),
  FollowThread: ({ messageId, unfollow, clientId }, { chat, session }) =>
    chat
      .followThread(session, { messageId, on: !unfollow, clientId })
      .then(as((thread) => ({ thread: wireConversation(thread) }))),
  SendMessage: (request, { chat, session }) =>
    chat.send(session, sendInput(request)).then(as((message) => ({ message: wireMessage(message) }))),
  CreateRoom: (request, { chat, session }) => chat.createRoom(session, request).then(asRoom),
  ChangeRoom: (request, { chat, session }) => {
    const change = changeOf(request);
    if (change === null) return Promise.resolve(failed("invalid", "Say what to change, one thing at a time."));
    const { room, clientId } = request;
    return chat.changeRoom(session, { room, change, clientId }).then(asRoom);
  },
  JoinRoom: ({ room, clientId }, { chat, session }) => chat.joinRoom(session, { room, clientId }).then(asRoom),
  LeaveRoom: ({ room, clientId }, { chat, session }) => chat.leaveRoom(session, { room, clientId }).then(nothing),
  ListRooms: ({ after, limit, read, search, archived }, { chat, session, readAt }) =>
    chat
      .listRooms(session, { after, search, archived, limit: limit || PAGE_DEFAULT, ...readAt(read) })
      .then(as((rooms) => ({ rooms: rooms.map(wireRoom) }))),
  ListRoomPeople: ({ room, after, limit, read }, { chat, session, readAt }) =>
    chat
      .listRoomPeople(session, { room, after, limit: limit || PAGE_DEFAULT, ...readAt(read) })
      .then(as((people) => ({ people }))),
  React: ({ messageId, emoji, remove, clientId }, { chat, session }) =>
    chat
      .react(session, { messageId, emoji, on: !remove, clientId })
      .then(as((message) => ({ message: wireMessage(message) }))),
  PinMessage: ({ messageId, unpin, clientId }, { chat, session }) =>
    chat
      .pinMessage(session, { messageId, on: !unpin, clientId })
      .then(as((message) => ({ message: wireMessage(message) }))),
  ListPins: ({ conversationId, read }, { chat, session, readAt }) =>
    chat
      .listPins(session, { conversationId, ...readAt(read) })
      .then(as((messages) => ({ messages: messages.map(wireMessage) }))),
  SaveMessage: ({ messageId, unsave, clientId }, { chat, session }) =>
    chat.saveMessage(session, { messageId, on: !unsave, clientId }).then(as(() => ({}))),
  MarkUnread: ({ messageId, clientId }, { chat, session }) =>
    chat.markUnread(session, { messageId, clientId }).then(nothing),
  ListSaved: ({ limit, before, read }, { chat, session, readAt }) =>
    chat.listSaved(session, { limit: limit || PAGE_DEFAULT, before, ...readAt(read) }).then(
      as((saved) => ({
        saved: saved.map(({ message, ...one }) => ({
          ...one,
          message: message === null ? null : wireMessage(message),
        })),
      })),
    ),
  EditMessage: ({ messageId, body, clientId }, { chat, session }) =>
    chat.editMessage(session, { messageId, body, clientId }).then(as((message) => ({ message: wireMessage(message) }))),
  ListVersions: ({ messageId, read }, { chat, session, readAt }) =>
    chat.listVersions(session, { messageId, ...readAt(read) }).then(as((versions) => ({ versions }))),
  SetPreference: (request, { chat, session }) => {
    const change = preferenceOf(request);
    if (change === null) return Promise.resolve(failed("invalid", "Say what to change, one thing at a time."));
    const { conversationId, clientId } = request;
    return chat
      .setPreference(session, { conversationId, change, clientId })
      .then(as((conversation) => ({ conversation: wireConversation(conversation) })));
  },
  ListActivity: ({ limit, beforeSeq, unreadOnly, read }, { chat, session, readAt }) =>
    chat
      .listActivity(session, { limit: limit || PAGE_DEFAULT, beforeSeq, unread: unreadOnly, ...readAt(read) })
      .then(as((activities) => ({ activities: activities.map(wireActivity) }))),
  Search: ({ query, limit, beforeSeq, timeZone, read }, { chat, session, readAt }) =>
    chat
      .search(session, { query, limit: limit || PAGE_DEFAULT, beforeSeq, timeZone, ...readAt(read) })
      .then(as(({ hits, isCut, ...page }) => ({ ...page, cut: isCut, hits: hits.map(wireHit) }))),
  GetMessages: getMessages,
  MarkRead: ({ messageIds, conversationId, upTo }, { chat, session, readAt }) => {
    if (conversationId !== "" && messageIds.length > 0) {
      return Promise.resolve(failed("invalid", "Name messages or a conversation, not both.", { field: "ids" }));
    }
    if (conversationId !== "" && upTo === "")
      return Promise.resolve(failed("invalid", "Say up to which message you have seen it.", { field: "ids" }));
    if (conversationId !== "")
      return chat.markAllRead(session, { conversationId, upTo, ...readAt(ReadMode.READ_MODE_LOCAL) }).then(nothing);
    return chat.markRead(session, { ids: messageIds }).then(nothing);
  },
  DeleteMessages: ({ messageIds, forEveryone, clientId }, { chat, session }) =>
    chat.deleteMessages(session, { ids: messageIds, forEveryone, clientId }).then(nothing),
};

async function getMessages(
  request: ChatRequest<"GetMessages">,
  { chat, session, readAt }: CallContext & { readonly session: Session },
): Promise<Answer<Body<"GetMessages">>> {
  const { before, after, around, atMicros: at, with: name, read } = request;
  let conversationId = request.conversationId;
  if ((conversationId === "") === (name === "")) {
    return failed("invalid", "Name a conversation or the person it is with, one of the two.", { field: "to" });
  }
  if (name !== "") {
    const found = await chat.findDirect(session, { name, ...readAt(read) });
    if (!found.ok) return found;
    if (found.value === null) return { ok: true, value: { messages: [] }, cursor: found.cursor };
    conversationId = found.value.id;
  }
  const limit = request.limit || PAGE_DEFAULT;
  const page = { conversationId, before, after, around, at, limit, ...readAt(read) };
  return as((messages: readonly MessageView[]) => ({ messages: messages.map(wireMessage) }))(
    await chat.messages(session, page),
  );
}

/** What the request sets, without the fields that stay as they are. */
function profileOf({ displayName, status, timeZone }: ChatRequest<"SetProfile">): ProfileInput {
  const { emoji = "", text = "", seconds = 0, untilMicros = 0 } = status ?? {};
  return {
    ...(displayName === undefined ? {} : { displayName }),
    ...(status === null ? {} : { status: { emoji, text, seconds, untilMicros } }),
    ...(timeZone === undefined ? {} : { timeZone }),
  };
}

/** Null: the request says nothing. */
function preferenceOf(request: ChatRequest<"SetPreference">): PreferenceChange | null {
  const { change, starred = false, muted = false, level = "" } = request;
  if (change === undefined) return null;
  switch (change) {
    case "starred":
      return { kind: "starred", on: starred };
    case "muted":
      return { kind: "muted", on: muted };
    case "level":
      return { kind: "level", level };
  }
}

/** What of a room is to change; null: nothing is said, or not how. */
function changeOf(request: ChatRequest<"ChangeRoom">): RoomChange | null {
  const { name, topic, isPrivate = false, archived = false, invite, remove, ban = "", unban = "" } = request;
  const { role, posting } = request;
  const { change } = request;
  if (change === undefined) return null;
  switch (change) {
    case "name":
      return { kind: "name", name: name ?? "" };
    case "topic":
      return { kind: "topic", topic: topic ?? "" };
    case "isPrivate":
      return { kind: "private", isPrivate };
    case "archived":
      return { kind: "archived", archived };
    case "posting":
      return {
        kind: "posting",
        adminsOnly: posting?.adminsOnly ?? false,
        slowSeconds: posting?.slowSeconds ?? 0,
        adminsCall: posting?.adminsCall ?? false,
      };
    case "invite":
      return { kind: "invite", people: invite?.names ?? [] };
    case "remove":
      return { kind: "remove", people: remove?.names ?? [] };
    case "ban":
      return { kind: "ban", person: ban };
    case "unban":
      return { kind: "unban", person: unban };
    case "role":
      return role ? { kind: "role", person: role.person, role: role.role } : null;
  }
}

/** The room as it is on the wire: who is not in it has no role. */
function wireRoom(room: RoomView) {
  return { ...room, role: room.role ?? "" };
}

function wireActivity({ message, room, ...activity }: ActivityView) {
  return {
    ...activity,
    message: message === null ? null : wireMessage(message),
    room: room === null ? null : wireRoom(room),
  };
}

function wireHit({ message, conversation, snippet }: SearchHit) {
  return {
    message: wireMessage(message),
    conversation: wireConversation(conversation),
    snippet: snippet.map(({ text, isHit }) => ({ text, hit: isHit })),
  };
}

function wireConversation({ room, thread, last, ...conversation }: ConversationView) {
  return {
    ...conversation,
    room: room === null ? null : wireRoom(room),
    last: last === null ? null : wireMessage(last),
    thread: thread === null ? null : wireThread(thread),
  };
}

function wireThread({ parentId, root, isFollowed }: ThreadView) {
  return { parentId, root: root === null ? null : wireMessage(root), followed: isFollowed };
}

function asRoom(answer: Answer<RoomView>): Answer<{ readonly room: ReturnType<typeof wireRoom> }> {
  return as((room: RoomView) => ({ room: wireRoom(room) }))(answer);
}

/** The answer of a call whose response holds only a cursor. */
function nothing(answer: Answer<null>): Answer<Record<never, never>> {
  return answer.ok ? { ok: true, value: {}, cursor: answer.cursor } : answer;
}

/** Wraps the value of a successful answer. */
function as<Value, Wrapped>(wrap: (value: Value) => Wrapped): (answer: Answer<Value>) => Answer<Wrapped> {
  return (answer) => (answer.ok ? { ok: true, value: wrap(answer.value), cursor: answer.cursor } : answer);
}
