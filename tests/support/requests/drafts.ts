/** What people have written and not sent. */
import { hidden, own, route, type Requests } from "./request.ts";

/** See the top of this file. */
export const DRAFTS: Requests = {
  calls: {
    SaveDraft: [
      hidden(
        ({ room }) => ({ conversationId: room, body: "half a thou" }),
        ({ room }) => ({ saveDraft: { conversationId: room, body: "half a thou" } }),
      ),
    ],
    ListDrafts: [
      own(
        () => ({ limit: 5 }),
        () => ({ listDrafts: { limit: 5, cursor: "v:41", latest: false } }),
      ),
    ],
  },
  routes: {
    "GET /c/:id/draft": [route("same", "/c/ROOM/draft")],
    "POST /c/:id/draft": [route("hidden", "/c/ROOM/draft", { body: "half a thou" })],
  },
};
