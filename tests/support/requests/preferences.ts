/** What a user prefers for a conversation. */
import { hidden, route, type Requests } from "./request.ts";

/** See the top of this file. */
export const PREFERENCES: Requests = {
  calls: {
    SetPreference: [
      hidden(
        ({ room }, clientId) => ({ conversationId: room, muted: false, clientId }),
        ({ room }, clientId) => ({
          setPreference: { conversationId: room, change: { kind: "muted", on: false }, clientId },
        }),
      ),
      hidden(
        ({ room }, clientId) => ({ conversationId: room, level: "all", clientId }),
        ({ room }, clientId) => ({
          setPreference: { conversationId: room, change: { kind: "level", level: "all" }, clientId },
        }),
      ),
    ],
  },
  routes: {
    "GET /c/:id/preferences": [route("same", "/c/ROOM/preferences")],
    "POST /c/:id/preferences": [
      route("hidden", "/c/ROOM/preferences", { starred: "yes" }),
      route("hidden", "/c/ROOM/preferences", { level: "all" }),
    ],
  },
};
