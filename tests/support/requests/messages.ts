/** Conversations and messages. */
import { hidden, own, route, shows, unknown, type Requests } from "./request.ts";

/** See the top of this file. */
export const MESSAGES: Requests = {
  calls: {
    ListConversations: [
      shows(
        () => ({}),
        () => ({
          listConversations: { limit: 50, beforeSeq: 0, unread: false, cursor: "v:41", latest: false },
        }),
      ),
      own(() => ({ unreadOnly: true })),
    ],
    SendMessage: [
      hidden(({ room }, clientId) => ({ conversationId: room, body: "let me in", clientId }), "send"),
      hidden(
        ({ room, message }, clientId) => ({ conversationId: room, body: "let me in", clientId, quoted: message }),
        "send",
      ),
      hidden(
        ({ message }, clientId) => ({
          conversationId: `t_${message}`,
          body: "let me in",
          clientId,
          alsoInParent: true,
        }),
        "send",
      ),
      unknown(({ name }, clientId) => ({ to: `#${name}`, body: "let me in", clientId })),
      own(({ message }, clientId) => ({ to: "yorick", body: "only for yorick", clientId, readUpTo: message }), "send"),
    ],
    GetMessages: [
      hidden(({ room }) => ({ conversationId: room })),
      hidden(
        ({ room, message }) => ({ conversationId: room, before: message, limit: 3, read: 1 }),
        ({ room, message }) => ({
          messages: {
            conversationId: room,
            before: message,
            after: "",
            around: "",
            at: 0,
            limit: 3,
            cursor: "v:41",
            latest: true,
          },
        }),
      ),
      hidden(({ room, message }) => ({ conversationId: room, after: message })),
      hidden(({ room, message }) => ({ conversationId: room, around: message })),
      hidden(({ room }) => ({ conversationId: room, around: "unread" })),
      hidden(({ room }) => ({ conversationId: room, atMicros: 1 })),
      hidden(({ message }) => ({ conversationId: `t_${message}` })),
      unknown(({ name }) => ({ with: `#${name}` })),
      own(
        () => ({ with: "yorick" }),
        () => ({ findDirect: { name: "yorick", cursor: "v:41", latest: false } }),
      ),
    ],
    MarkRead: [
      hidden(
        ({ message }) => ({ messageIds: [message] }),
        ({ message }) => ({ markRead: { ids: [message] } }),
      ),
      hidden(
        ({ room, message }) => ({ conversationId: room, upTo: message }),
        ({ room, message }) => ({
          markAllRead: { conversationId: room, upTo: message, cursor: "v:41", latest: false },
        }),
      ),
    ],
    DeleteMessages: [
      hidden(
        ({ message }, clientId) => ({ messageIds: [message], clientId }),
        ({ message }, clientId) => ({ deleteMessages: { ids: [message], forEveryone: false, clientId } }),
      ),
      hidden(
        ({ message }, clientId) => ({ messageIds: [message], forEveryone: true, clientId }),
        ({ message }, clientId) => ({ deleteMessages: { ids: [message], forEveryone: true, clientId } }),
      ),
    ],
    Subscribe: [{ kind: "stream" }],
    SendStream: [{ kind: "stream" }],
  },
  routes: {
    "GET /": [route("shows", "/"), route("same", "/?to=%23NAME")],
    "GET /new": [route("own", "/new")],
    "GET /unread": [route("own", "/unread")],
    "GET /sidebar": [route("shows", "/sidebar"), route("same", "/sidebar?current=ROOM")],
    "GET /find": [route("shows", "/find"), route("same", "/find?q=NAME")],
    "GET /conversations": [route("shows", "/conversations"), route("own", "/conversations?unread=1")],
    "GET /c/:id": [
      route("hidden", "/c/ROOM"),
      route("hidden", "/c/ROOM?before=MESSAGE"),
      route("hidden", "/c/t_MESSAGE"),
      route("hidden", "/c/ROOM?limit=1"),
      route("hidden", "/c/ROOM?after=MESSAGE"),
      route("hidden", "/c/ROOM?around=MESSAGE"),
      route("hidden", "/c/ROOM?around=unread"),
    ],
    "GET /c/:id/complete": [route("hidden", "/c/ROOM/complete?text=@"), route("hidden", "/c/ROOM/complete?text=%23")],
    "GET /c/:id/messages": [route("same", "/c/ROOM/messages")],
    "POST /c/:id/messages": [
      route("hidden", "/c/ROOM/messages", { body: "let me in" }),
      route("hidden", "/c/t_MESSAGE/messages", { body: "let me in" }),
    ],
    "GET /to": [route("own", "/to")],
    "POST /to": [
      {
        kind: "hidden",
        code: "unknown_recipient",
        path: () => "/to",
        form: ({ name }) => ({ name: `#${name}`, body: "x" }),
      },
    ],
    "GET /c/:id/read": [route("same", "/c/ROOM/read")],
    "POST /c/:id/read": [
      route("hidden", "/c/ROOM/read", ({ message }) => ({ upTo: message })),
      route("hidden", "/c/ROOM/read", ({ message }) => ({ ids: message })),
    ],
    "POST /read": [route("hidden", "/read", ({ message }) => ({ ids: message }))],
    "GET /c/:id/delete": [route("same", "/c/ROOM/delete")],
    "POST /c/:id/delete": [route("hidden", "/c/ROOM/delete", ({ message }) => ({ ids: message }))],
    "POST /delete": [route("hidden", "/delete", ({ message }) => ({ ids: message }))],
    // Nobody is told anything; whether those in the room hear of it, the chat decides (tests/unit/chat/rooms.test.ts).
    "POST /c/:id/typing": [route("same", "/c/ROOM/typing", {})],
    "GET /events": [{ kind: "stream" }],
    "POST /events/alive": [route("own", "/events/alive", { stream: "x" })],
  },
};
