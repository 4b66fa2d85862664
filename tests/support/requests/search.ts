/** The search of messages. */
import { hidden, own, route, shows, type Requests } from "./request.ts";

/** See the top of this file. */
export const SEARCH: Requests = {
  calls: {
    Search: [
      own(
        () => ({ query: "let", limit: 5, beforeSeq: 7, timeZone: "Europe/Berlin" }),
        () => ({
          search: {
            query: "let",
            limit: 5,
            beforeSeq: 7,
            timeZone: "Europe/Berlin",
            cursor: "v:41",
            latest: false,
          },
        }),
      ),
      own(() => ({ query: "is:unread" })),
      shows(() => ({ query: "before:2100" })),
      hidden(({ name }) => ({ query: `in:"#${name}"` })),
      hidden(({ room }) => ({ query: `in:${room}` })),
      hidden(({ message }) => ({ query: `thread:${message}` })),
    ],
  },
  routes: {
    "GET /search": [
      route("own", "/search"),
      route("own", "/search?q=let&before=1"),
      route("shows", "/search?q=before:2100"),
      route("hidden", "/search?q=in:ROOM"),
    ],
    "GET /search/complete": [route("own", "/search/complete?q=is:"), route("same", "/search/complete?q=in:NAME")],
  },
};
