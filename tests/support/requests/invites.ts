/** Links by which people create accounts. Those who ask do not run the chat. */
import { own, route, type Requests } from "./request.ts";

const asked = { role: "member", rooms: [] } as const;

/** See the top of this file. */
export const INVITES: Requests = {
  calls: {
    CreateInvite: [
      own(
        (_, clientId) => ({ clientId }),
        (_, clientId) => ({ createInvite: { ...asked, clientId } }),
      ),
      own(
        ({ room }, clientId) => ({ rooms: [room], uses: 3, seconds: 60, clientId }),
        ({ room }, clientId) => ({ createInvite: { ...asked, rooms: [room], uses: 3, seconds: 60, clientId } }),
      ),
      own(({ name }, clientId) => ({ rooms: [name], clientId })),
    ],
    ListInvites: [
      own(
        () => ({ beforeMicros: 7, limit: 3 }),
        () => ({ listInvites: { beforeMicros: 7, limit: 3, cursor: "v:41", latest: false } }),
      ),
    ],
    RevokeInvite: [own((_, clientId) => ({ id: "NoSuchLink00", clientId }), "revokeInvite")],
  },
  routes: {
    "GET /join/:token": [route("open", "/join/nothing")],
    "POST /join/:token": [route("open", "/join/nothing", { name: "", password: "x" })],
    "GET /invites": [route("own", "/invites")],
    "POST /invites": [
      route("own", "/invites", {}),
      route("same", "/invites", ({ name }) => ({ rooms: name })),
      route("same", "/invites", ({ room }) => ({ rooms: room })),
    ],
    "POST /invites/:id/revoke": [route("own", "/invites/NoSuchLink00/revoke", {})],
  },
};
