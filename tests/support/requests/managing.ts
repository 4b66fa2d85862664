/** Other people's accounts: links for new passwords, deactivation, the audit log. Those who ask do not run the chat. */
import { open, own, route, type Requests } from "./request.ts";

/** See the top of this file. */
export const MANAGING: Requests = {
  calls: {
    ListAudit: [
      own(
        () => ({ before: 7, limit: 3 }),
        () => ({ listAudit: { before: 7, limit: 3, cursor: "v:41", latest: false } }),
      ),
    ],
    CreateReset: [own((_, clientId) => ({ person: "yorick", clientId }), "createReset")],
    ResetPassword: [open((_, clientId) => ({ token: "x", password: "another password", clientId }), "resetPassword")],
    SetActive: [own((_, clientId) => ({ person: "yorick", active: false, clientId }), "setActive")],
  },
  routes: {
    "GET /audit": [route("own", "/audit")],
    "GET /audit/export": [route("own", "/audit/export"), route("own", "/audit/export?format=json")],
    "POST /people/reset": [route("own", "/people/reset", { person: "yorick" })],
    "POST /people/deactivate": [route("own", "/people/deactivate", { person: "yorick" })],
    "POST /people/reactivate": [route("own", "/people/reactivate", { person: "yorick" })],
    "GET /reset/:token": [route("open", "/reset/nothing")],
    "POST /reset/:token": [route("open", "/reset/nothing", { password: "another password" })],
  },
};
