/** Threads: their calls, and what other calls answer about one. The target's message has a thread. */
import { hidden, own, route, type Requests } from "./request.ts";

/** See the top of this file. */
export const THREADS: Requests = {
  calls: {
    ListThreads: [
      own(
        () => ({ limit: 5, beforeSeq: 9, unreadOnly: true }),
        () => ({ listThreads: { limit: 5, beforeSeq: 9, unread: true, cursor: "v:41", latest: false } }),
      ),
      own(() => ({})),
    ],
    FollowThread: [
      hidden(
        ({ message }, clientId) => ({ messageId: message, clientId }),
        ({ message }, clientId) => ({ followThread: { messageId: message, on: true, clientId } }),
      ),
      hidden(
        ({ message }, clientId) => ({ messageId: message, unfollow: true, clientId }),
        ({ message }, clientId) => ({ followThread: { messageId: message, on: false, clientId } }),
      ),
    ],
  },
  routes: {
    "GET /threads": [route("own", "/threads")],
    "GET /c/:id/follow": [route("same", "/c/t_MESSAGE/follow")],
    "POST /c/:id/follow": [route("hidden", "/c/t_MESSAGE/follow", {})],
    "GET /c/:id/unfollow": [route("same", "/c/t_MESSAGE/unfollow")],
    "POST /c/:id/unfollow": [route("hidden", "/c/t_MESSAGE/unfollow", {})],
  },
};
