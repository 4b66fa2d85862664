/** Messages that people keep at hand: pinned in their conversation, or saved for themselves. */
import { byMember, hidden, own, route, type Requests } from "./request.ts";

/** See the top of this file. */
export const KEEPING: Requests = {
  calls: {
    PinMessage: [
      hidden(
        ({ message }, clientId) => ({ messageId: message, clientId }),
        ({ message }, clientId) => ({ pinMessage: { messageId: message, on: true, clientId } }),
      ),
      hidden(
        ({ message }, clientId) => ({ messageId: message, unpin: true, clientId }),
        ({ message }, clientId) => ({ pinMessage: { messageId: message, on: false, clientId } }),
      ),
    ],
    SaveMessage: [
      hidden(
        ({ message }, clientId) => ({ messageId: message, clientId }),
        ({ message }, clientId) => ({ saveMessage: { messageId: message, on: true, clientId } }),
      ),
      hidden(
        ({ message }, clientId) => ({ messageId: message, unsave: true, clientId }),
        ({ message }, clientId) => ({ saveMessage: { messageId: message, on: false, clientId } }),
      ),
    ],
    // Nothing of the owner's own can be unread for her.
    MarkUnread: [byMember(hidden(({ message }, clientId) => ({ messageId: message, clientId }), "markUnread"))],
    ListSaved: [
      own(
        () => ({ limit: 5, before: "x" }),
        () => ({ listSaved: { limit: 5, before: "x", cursor: "v:41", latest: false } }),
      ),
      own(() => ({})),
    ],
    ListPins: [
      hidden(
        ({ room }) => ({ conversationId: room }),
        ({ room }) => ({ listPins: { conversationId: room, cursor: "v:41", latest: false } }),
      ),
    ],
  },
  routes: {
    "GET /saved": [route("own", "/saved"), route("own", "/saved?before=x")],
    "GET /save": [route("same", "/save")],
    "POST /save": [route("hidden", "/save", ({ message }) => ({ ids: message }))],
    "GET /unsave": [route("same", "/unsave")],
    "POST /unsave": [route("hidden", "/unsave", ({ message }) => ({ ids: message }))],
    "GET /c/:id/pins": [route("hidden", "/c/ROOM/pins")],
    "GET /c/:id/unread": [route("same", "/c/ROOM/unread")],
    "POST /c/:id/unread": [byMember(route("hidden", "/c/ROOM/unread", ({ message }) => ({ ids: message })))],
    "GET /c/:id/pin": [route("same", "/c/ROOM/pin")],
    "POST /c/:id/pin": [route("hidden", "/c/ROOM/pin", ({ message }) => ({ ids: message }))],
    "GET /c/:id/unpin": [route("same", "/c/ROOM/unpin")],
    "POST /c/:id/unpin": [route("hidden", "/c/ROOM/unpin", ({ message }) => ({ ids: message }))],
  },
};
