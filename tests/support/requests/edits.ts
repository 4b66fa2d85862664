/** Editing messages. */
import { hidden, route, type Requests } from "./request.ts";

/** See the top of this file. */
export const EDITS: Requests = {
  calls: {
    EditMessage: [
      hidden(({ message }, clientId) => ({ messageId: message, body: "other words", clientId }), "editMessage"),
    ],
    ListVersions: [
      hidden(
        ({ message }) => ({ messageId: message }),
        ({ message }) => ({ listVersions: { messageId: message, cursor: "v:41", latest: false } }),
      ),
    ],
  },
  routes: {
    "GET /c/:id/m/:message": [route("hidden", "/c/ROOM/m/MESSAGE")],
    "GET /c/:id/message": [route("hidden", "/c/ROOM/message?ids=MESSAGE")],
    "GET /c/:id/edit": [route("hidden", "/c/ROOM/edit?ids=MESSAGE")],
    "POST /c/:id/edit": [route("hidden", "/c/ROOM/edit", ({ message }) => ({ ids: message, body: "other words" }))],
    "GET /c/:id/versions": [route("hidden", "/c/ROOM/versions?ids=MESSAGE")],
  },
};
