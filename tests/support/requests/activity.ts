/** The list of what concerns the user. */
import { own, route, shows, type Requests } from "./request.ts";

/** See the top of this file. */
export const ACTIVITY: Requests = {
  calls: {
    ListActivity: [
      shows(
        () => ({ limit: 5, beforeSeq: 0, unreadOnly: false }),
        () => ({ listActivity: { limit: 5, beforeSeq: 0, unread: false, cursor: "v:41", latest: false } }),
      ),
      own(() => ({ beforeSeq: 1 })),
    ],
  },
  routes: { "GET /activity": [route("shows", "/activity"), route("own", "/activity?before=1")] },
};
