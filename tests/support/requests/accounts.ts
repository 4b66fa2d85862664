/** Accounts, log-ins and people. */
import { open, own, route, hidden, type Requests } from "./request.ts";

const passwords = { password: "wrong password", newPassword: "another password" };

/** See the top of this file. */
export const ACCOUNTS: Requests = {
  calls: {
    Register: [open((_, clientId) => ({ name: "", password: "x", clientId }), "register")],
    Login: [open(() => ({ name: "nobody", password: "x" }), "login")],
    Logout: [
      open(
        () => ({}),
        () => ({ logout: undefined }),
      ),
    ],
    ChangePassword: [own((_, clientId) => ({ ...passwords, clientId }), "changePassword")],
    DeleteAccount: [
      own((_, clientId) => ({ password: "wrong password", deleteMessages: true, clientId }), "deleteAccount"),
    ],
    ListSessions: [
      own(
        () => ({}),
        () => ({ listSessions: { cursor: "v:41", latest: false } }),
      ),
    ],
    EndSession: [
      hidden(
        ({ session }, clientId) => ({ sessionId: session, clientId }),
        ({ session }, clientId) => ({ endSession: { id: session, clientId } }),
      ),
    ],
    ListUsers: [
      own(
        () => ({}),
        () => ({ listUsers: { limit: 50, cursor: "v:41", latest: false } }),
      ),
      own(
        () => ({ search: "o", after: "a", limit: 7, read: 1 }),
        () => ({ listUsers: { search: "o", after: "a", limit: 7, cursor: "v:41", latest: true } }),
      ),
    ],
    SetRole: [own((_, clientId) => ({ person: "yorick", role: "admin", clientId }), "setRole")],
  },
  routes: {
    "GET /login": [route("open", "/login")],
    "POST /login": [route("open", "/login", { name: "nobody", password: "x" })],
    "GET /register": [route("open", "/register")],
    "POST /register": [route("open", "/register", { name: "", password: "x" })],
    "POST /logout": [route("open", "/logout", {})],
    "GET /people": [route("own", "/people"), route("same", "/people?q=NAME")],
    "GET /people/role": [route("own", "/people/role"), route("own", "/people/role?person=yorick")],
    "POST /people/role": [route("own", "/people/role", { person: "yorick", role: "admin" })],
    "GET /account": [route("own", "/account")],
    "POST /account/settings": [route("own", "/account/settings", {})],
    "GET /account/password": [route("own", "/account/password")],
    "POST /account/password": [route("own", "/account/password", passwords)],
    "POST /account/sessions/:id/end": [route("hidden", "/account/sessions/SESSION/end", {})],
    "POST /account/other-sessions/end": [route("own", "/account/other-sessions/end", {})],
    "GET /account/delete": [route("own", "/account/delete")],
    "POST /account/delete": [route("own", "/account/delete", passwords)],
  },
};
