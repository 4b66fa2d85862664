/** Reports of messages. Those who ask do not run the chat. */
import { byMember, hidden, own, route, type Requests } from "./request.ts";

/** See the top of this file. */
export const REPORTS: Requests = {
  calls: {
    ReportMessage: [
      // Nobody reports her own message, and this one is the owner's.
      byMember(hidden(({ message }, clientId) => ({ messageId: message, why: "rude", clientId }), "reportMessage")),
    ],
    ListReports: [
      own(
        () => ({ done: true, beforeSeq: 7, limit: 3 }),
        () => ({ listReports: { done: true, beforeSeq: 7, limit: 3, cursor: "v:41", latest: false } }),
      ),
    ],
    SettleReport: [
      own(
        ({ message }, clientId) => ({ messageId: message, by: "zenobia", reopen: true, clientId }),
        ({ message }, clientId) => ({ settleReport: { messageId: message, by: "zenobia", done: false, clientId } }),
      ),
    ],
  },
  routes: {
    "GET /c/:id/report": [route("hidden", "/c/ROOM/report?ids=MESSAGE")],
    "POST /c/:id/report": [
      byMember(route("hidden", "/c/ROOM/report", ({ message }) => ({ ids: message, why: "rude" }))),
    ],
    "GET /c/:id/reported": [route("hidden", "/c/ROOM/reported")],
    "GET /reports": [route("own", "/reports"), route("own", "/reports?done=1&before=9")],
    "POST /reports/settle": [
      route("own", "/reports/settle", ({ message }) => ({ ids: message, by: "zenobia", done: "yes" })),
    ],
    "POST /reports/delete": [route("own", "/reports/delete", ({ message }) => ({ ids: message }))],
  },
};
