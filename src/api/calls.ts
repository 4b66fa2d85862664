/**
 * The unary calls of lastword.v1.Chat in one table. Each entry turns its request into one call
 * of ChatService, and the value of the answer into its response. It decides no rule of the chat.
 */
import type { ChatCall, ChatRequest, ChatResponse } from "../../proto/chat-wire.ts";
import { ReadMode } from "../../proto/gen/lastword/v1/ReadMode.ts";
import type { Encodable } from "../../proto/message-type.ts";
import { failed } from "../chat/errors.ts";
import type { Answer } from "../chat/errors.ts";
import type { Caller, ChatService, ReadAt, Session } from "../chat/chat-service.ts";
import { sendInput } from "./send-stream.ts";

/** Calls with one answer that need only the ChatService. */
export type UnaryCall = Exclude<ChatCall, "Subscribe" | "SendStream" | "ClusterStatus">;

/** What a handler knows about the call besides its request. */
export interface CallContext {
  readonly chat: ChatService;
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
export const OPEN_CALLS: { readonly [Name in "Register" | "Login"]: OpenHandler<Name> } = {
  Register: ({ name, password, clientId }, { chat, caller }) => chat.register({ name, password, clientId }, caller),
  Login: ({ name, password }, { chat, caller }) => chat.login({ name, password }, caller),
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
  ListUsers: ({ after, limit, read, search }, { chat, session, readAt }) =>
    chat
      .listUsers(session, {
        ...(after === "" ? {} : { after }),
        ...(search === "" ? {} : { search }),
        limit: limit || PAGE_DEFAULT,
        ...readAt(read),
      })
      .then(as((users) => ({ users }))),
  ListConversations: ({ limit, read, beforeSeq, unreadOnly }, { chat, session, readAt }) =>
    chat
      .listConversations(session, {
        limit: limit || PAGE_DEFAULT,
        beforeSeq,
        unread: unreadOnly,
        ...readAt(read),
      })
      .then(as((conversations) => ({ conversations }))),
  SendMessage: (request, { chat, session }) =>
    chat.send(session, sendInput(request)).then(as((message) => ({ message }))),
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
  DeleteMessages: ({ messageIds, clientId }, { chat, session }) =>
    chat.deleteMessages(session, { ids: messageIds, clientId }).then(nothing),
};

async function getMessages(
  request: ChatRequest<"GetMessages">,
  { chat, session, readAt }: CallContext & { readonly session: Session },
): Promise<Answer<Body<"GetMessages">>> {
  const { before, with: name, read } = request;
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
  const page = { conversationId, ...(before === "" ? {} : { before }), limit, ...readAt(read) };
  return as((messages: Body<"GetMessages">["messages"]) => ({ messages }))(await chat.messages(session, page));
}

/** The answer of a call whose response holds only a cursor. */
function nothing(answer: Answer<null>): Answer<Record<never, never>> {
  return answer.ok ? { ok: true, value: {}, cursor: answer.cursor } : answer;
}

/** Wraps the value of a successful answer. */
function as<Value, Wrapped>(wrap: (value: Value) => Wrapped): (answer: Answer<Value>) => Answer<Wrapped> {
  return (answer) => (answer.ok ? { ok: true, value: wrap(answer.value), cursor: answer.cursor } : answer);
}
