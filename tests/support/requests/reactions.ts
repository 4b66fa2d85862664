/** Reactions to messages. */
import { hidden, route, type Requests } from "./request.ts";

/** See the top of this file. */
export const REACTIONS: Requests = {
  calls: {
    React: [
      hidden(
        ({ message }, clientId) => ({ messageId: message, emoji: "👍", clientId }),
        ({ message }, clientId) => ({ react: { messageId: message, emoji: "👍", on: true, clientId } }),
      ),
      hidden(
        ({ message }, clientId) => ({ messageId: message, emoji: "👍", remove: true, clientId }),
        ({ message }, clientId) => ({ react: { messageId: message, emoji: "👍", on: false, clientId } }),
      ),
    ],
  },
  routes: {
    "GET /c/:id/react": [route("hidden", "/c/ROOM/react?ids=MESSAGE")],
    "POST /c/:id/react": [route("hidden", "/c/ROOM/react", ({ message }) => ({ ids: message, emoji: "👍" }))],
    "GET /c/:id/unreact": [route("same", "/c/ROOM/unreact")],
    "POST /c/:id/unreact": [route("hidden", "/c/ROOM/unreact?emoji=%F0%9F%91%8D", ({ message }) => ({ ids: message }))],
  },
};
