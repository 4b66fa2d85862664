/** Rooms and the people in them. */
import type { RoomChange } from "../../../src/chat/room-change.ts";
import { hidden, own, route, shows, type CallRow, type Requests } from "./request.ts";

/** A change of the room, and what the chat is asked for it. */
const change = (what: object, change: RoomChange): CallRow =>
  hidden(
    ({ room }, clientId) => ({ room, clientId, ...what }),
    ({ room }, clientId) => ({ changeRoom: { room, change, clientId } }),
  );

/** See the top of this file. */
export const ROOMS: Requests = {
  calls: {
    CreateRoom: [
      own(
        (_, clientId) => ({ name: "elsewhere", topic: "servers", isPrivate: true, people: ["yorick"], clientId }),
        "createRoom",
      ),
      // Whoever is not in the group is not told of it; whoever is in it learns that it is a room already.
      own(({ room }, clientId) => ({ name: "elsewhere-2", group: room, clientId })),
    ],
    ChangeRoom: [
      change({ name: "mine" }, { kind: "name", name: "mine" }),
      change({ topic: "mine" }, { kind: "topic", topic: "mine" }),
      change({ isPrivate: false }, { kind: "private", isPrivate: false }),
      change({ archived: true }, { kind: "archived", archived: true }),
      change(
        { posting: { adminsOnly: true, slowSeconds: 60, adminsCall: true } },
        { kind: "posting", adminsOnly: true, slowSeconds: 60, adminsCall: true },
      ),
      change({ invite: { names: ["olga"] } }, { kind: "invite", people: ["olga"] }),
      change({ remove: { names: ["yorick"] } }, { kind: "remove", people: ["yorick"] }),
      change({ ban: "yorick" }, { kind: "ban", person: "yorick" }),
      change({ unban: "bert" }, { kind: "unban", person: "bert" }),
      change({ role: { person: "yorick", role: "admin" } }, { kind: "role", person: "yorick", role: "admin" }),
      hidden(({ name }, clientId) => ({ room: `#${name}`, topic: "mine", clientId })),
    ],
    JoinRoom: [
      hidden(({ room }, clientId) => ({ room, clientId }), "joinRoom"),
      hidden(({ name }, clientId) => ({ room: `#${name}`, clientId })),
    ],
    LeaveRoom: [
      hidden(({ room }, clientId) => ({ room, clientId }), "leaveRoom"),
      hidden(({ name }, clientId) => ({ room: `#${name}`, clientId })),
    ],
    ListRooms: [
      shows(() => ({})),
      shows(
        () => ({ search: "hide", limit: 3 }),
        () => ({
          listRooms: { after: "", search: "hide", archived: false, limit: 3, cursor: "v:41", latest: false },
        }),
      ),
      own(() => ({ archived: true })),
    ],
    ListRoomPeople: [
      hidden(({ room }) => ({ room })),
      hidden(
        ({ name }) => ({ room: `#${name}`, after: "a" }),
        ({ name }) => ({
          listRoomPeople: { room: `#${name}`, after: "a", limit: 50, cursor: "v:41", latest: false },
        }),
      ),
    ],
  },
  routes: {
    "GET /rooms": [route("shows", "/rooms"), route("own", "/rooms?archived=1"), route("same", "/rooms?q=NAME")],
    "POST /rooms": [
      route("own", "/rooms", { name: "elsewhere", people: "yorick" }),
      route("same", "/rooms", ({ room }) => ({ name: "elsewhere-2", group: room })),
    ],
    "GET /new-room": [route("own", "/new-room"), route("same", "/new-room?group=ROOM")],
    "GET /rooms/:id": [
      route("hidden", "/rooms/ROOM"),
      route("hidden", "/rooms/ROOM?after=a"),
      route("hidden", "/rooms/%23NAME"),
    ],
    "POST /rooms/:id/join": [route("hidden", "/rooms/ROOM/join", {}), route("hidden", "/rooms/%23NAME/join", {})],
    "POST /rooms/:id/leave": [route("hidden", "/rooms/ROOM/leave", {}), route("hidden", "/rooms/%23NAME/leave", {})],
    "POST /rooms/:id/name": [route("hidden", "/rooms/ROOM/name", { name: "mine" })],
    "POST /rooms/:id/topic": [route("hidden", "/rooms/ROOM/topic", { topic: "mine" })],
    "POST /rooms/:id/private": [route("hidden", "/rooms/ROOM/private", { on: "no" })],
    "POST /rooms/:id/posting": [route("hidden", "/rooms/ROOM/posting", { who: "admins", seconds: "60" })],
    "POST /rooms/:id/archive": [route("hidden", "/rooms/ROOM/archive", { on: "yes" })],
    "POST /rooms/:id/invite": [route("hidden", "/rooms/ROOM/invite", { people: "olga" })],
    "POST /rooms/:id/remove": [route("hidden", "/rooms/ROOM/remove", { person: "yorick" })],
    "POST /rooms/:id/ban": [route("hidden", "/rooms/ROOM/ban", { person: "yorick" })],
    "POST /rooms/:id/unban": [route("hidden", "/rooms/ROOM/unban", { person: "bert" })],
    "POST /rooms/:id/role": [route("hidden", "/rooms/ROOM/role", { person: "yorick", role: "admin" })],
  },
};
