/** Threads: their calls, and what other calls answer about one. The target's message has a thread. */
import { hidden, own, type Requests } from "./request.ts";

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
  routes: {},
};
