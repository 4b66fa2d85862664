/** Makes, changes, joins, leaves and lists rooms. Turns calls into ops and queries. */
import { failed, type Answer, type ChatErrorCode, type Refused, type Found } from "../errors.ts";
import { SLOW_SECONDS_MAX } from "../bounds.ts";
import { GENERAL_ID, isRoomId, type ClientId, type ConversationId, type UserId } from "../ids.ts";
import { checkClientId, checkLimit, checkTopic } from "../limits.ts";
import { GROUP_PEOPLE_MAX } from "../bounds.ts";
import { recordedResult } from "../kinds/apply.ts";
import { roomIdOf } from "../kinds/create-room.ts";
import type { OpBody } from "../kinds/kinds.ts";
import type { RoomName } from "../kinds/rooms.ts";
import type { ChatDeps } from "../ports.ts";
import type { RoomSummary } from "../queries.ts";
import type { Reading } from "../reading.ts";
import type { RoomRole } from "../rows.ts";
import { failedWith } from "../sentences.ts";
import type { ListRoomsInput, ReadAt, RoomPersonView, RoomView, Session } from "../chat-service.ts";
import type { RoomChange } from "../room-change.ts";
import type { Views } from "../feed/views.ts";
import type { Finder } from "./finder.ts";
import { checkRoomName, typedName, typedRoomName } from "./names.ts";
import type { Writer } from "./writer.ts";

/** Maximum number of people named in one call. */
const NAMED_MAX = 100;

const PUBLIC_HISTORY = "Everybody can read a public room from its beginning. Make it private, or show its history.";

const ONLY_GROUPS = "Only a group of three or more becomes a room. Create a room and invite the other person.";

const TO = { field: "to" } as const;
const NOT_SLOW = "Between two messages there are 0 to 3,600 seconds.";

const ROLES: readonly string[] = ["member", "admin", "owner"] satisfies RoomRole[];

/** The calls about rooms. */
export class Rooms {
  readonly #deps: ChatDeps;
  readonly #writer: Writer;
  readonly #reading: Reading;
  readonly #views: Views;
  readonly #finder: Finder;

  constructor(
    deps: ChatDeps,
    parts: { readonly writer: Writer; readonly reading: Reading; readonly views: Views; readonly finder: Finder },
  ) {
    this.#deps = deps;
    this.#writer = parts.writer;
    this.#reading = parts.reading;
    this.#views = parts.views;
    this.#finder = parts.finder;
  }

  async createRoom(
    session: Session,
    input: {
      readonly name: string;
      readonly topic: string;
      readonly isPrivate: boolean;
      readonly historyFromJoining?: boolean;
      readonly group?: ConversationId;
      readonly people: readonly string[];
      readonly clientId: ClientId;
    },
  ): Promise<Answer<RoomView>> {
    const clientId = checkClientId(input.clientId);
    if (!clientId.ok) return clientId;
    const name = checkRoomName(input.name);
    if (!name.ok) return name;
    const topic = checkTopic(input.topic);
    if (!topic.ok) return topic;
    const { isPrivate, historyFromJoining = false, group = "" } = input;
    if (group !== "") return await this.#name(session, { ...input, ...name.value, topic: topic.value, group });
    const people = await this.#people(input.people, session.userId);
    if (!Array.isArray(people)) return people;
    if (historyFromJoining && !isPrivate) return failed("invalid", PUBLIC_HISTORY);
    const what = { topic: topic.value, isPrivate, historyFromJoining, people };
    const body = { kind: "createRoom", ...name.value, ...what } as const;
    const id = roomIdOf({ user: session.userId, clientId: clientId.value }, body);
    return await this.#write(session, clientId.value, body, id);
  }

  /** Makes a room of a group. */
  async #name(
    session: Session,
    input: RoomName & {
      readonly clientId: ClientId;
      readonly topic: string;
      readonly group: ConversationId;
      readonly people: readonly string[];
      readonly historyFromJoining?: boolean;
    },
  ): Promise<Answer<RoomView>> {
    const { group: room, name, folded, skeleton, topic, historyFromJoining = false } = input;
    if (input.people.length > 0) return failed("invalid", "A group becomes a room first; invite others then.", TO);
    const group = await this.#groupOf(session, room);
    if (!group.ok) return group;
    const what = { name, folded, skeleton, topic, historyFromJoining, people: group.value };
    const body = { kind: "nameGroup", room, ...what } as const;
    const made = await this.#write(session, input.clientId, body, room);
    const kind = this.#deps.queries().kindOf(room);
    if (made.ok || made.error.code !== "not_allowed" || kind === "group") return made;
    return failed("not_allowed", kind === "room" ? "This group is a room already." : ONLY_GROUPS);
  }

  /** The people of a conversation of the user. Error: not_found, if the user has none with this id. */
  async #groupOf({ userId }: Session, id: ConversationId): Promise<Found<readonly UserId[]>> {
    const { queries } = this.#deps;
    return await this.#reading.find(
      () => queries().isMember(id, userId) && queries().membersOf(id).slice(0, GROUP_PEOPLE_MAX),
    );
  }

  async changeRoom(
    session: Session,
    input: { readonly room: string; readonly change: RoomChange; readonly clientId: ClientId },
  ): Promise<Answer<RoomView>> {
    const clientId = checkClientId(input.clientId);
    if (!clientId.ok) return clientId;
    const found = await this.#finder.room(input.room, session.userId);
    if (!found.ok || found.value.role === null) {
      if (this.#wasDone(session, clientId.value)) return this.#reading.ok(unseen(input.room));
      return found.ok ? failedWith("not_found") : found;
    }
    const room = found.value;
    const body = await this.#bodyOf(room, input.change, session.userId);
    return "kind" in body ? await this.#write(session, clientId.value, body, room) : body;
  }

  async joinRoom(
    session: Session,
    input: { readonly room: string; readonly clientId: ClientId },
  ): Promise<Answer<RoomView>> {
    const clientId = checkClientId(input.clientId);
    if (!clientId.ok) return clientId;
    const room = await this.#finder.room(input.room, session.userId);
    if (!room.ok) return room;
    const { id } = room.value.row;
    return await this.#write(session, clientId.value, { kind: "seatPeople", room: id, what: "join", people: [] }, id);
  }

  async leaveRoom(
    session: Session,
    input: { readonly room: string; readonly clientId: ClientId },
  ): Promise<Answer<null>> {
    const clientId = checkClientId(input.clientId);
    if (!clientId.ok) return clientId;
    const room = await this.#finder.room(input.room, session.userId);
    if (!room.ok) return this.#wasDone(session, clientId.value) ? this.#reading.ok(null) : room;
    const { id } = room.value.row;
    const body: OpBody = { kind: "seatPeople", room: id, what: "leave", people: [] };
    const written = await this.#writer.write(session.userId, clientId.value, body);
    if (written.ok) return { ok: true, value: null, cursor: written.cursor };
    const isForAll = id === GENERAL_ID && written.error.code === "not_allowed";
    return isForAll ? failed("not_allowed", "Everybody is in this room; nobody can leave it.") : written;
  }

  /** Whether this repeats a request that succeeded. A private room no longer exists for a user who is not in it. */
  #wasDone({ userId }: Session, clientId: ClientId): boolean {
    const before = this.#deps.queries().request(userId, clientId);
    return before !== null && recordedResult(before).kind === "done";
  }

  async listRooms(session: Session, input: ListRoomsInput & ReadAt): Promise<Answer<readonly RoomView[]>> {
    const limit = checkLimit(input.limit);
    if (!limit.ok) return limit;
    const { after = "", search = "", archived = false } = input;
    const afterFolded = after === "" ? "" : typedRoomName(after);
    const part = search.trim() === "" ? "" : typedRoomName(search);
    if (afterFolded === null) return failedWith("invalid");
    return await this.#reading.read(input, () => {
      // Too long to be part of a name.
      if (part === null) return this.#reading.ok([]);
      const page = { afterFolded, limit: limit.value, part, archived };
      const found = this.#deps.queries().rooms.rooms(session.userId, page);
      return this.#reading.ok(found.map((room) => this.#views.room(room)));
    });
  }

  async room(session: Session, input: { readonly room: string } & ReadAt): Promise<Answer<RoomView>> {
    const late = await this.#reading.ready(input);
    if (late !== null) return late;
    const room = await this.#finder.room(input.room, session.userId);
    return room.ok ? this.#reading.ok(this.#views.room(room.value)) : room;
  }

  async listRoomPeople(
    session: Session,
    input: { readonly room: string; readonly after?: string; readonly limit: number } & ReadAt,
  ): Promise<Answer<readonly RoomPersonView[]>> {
    const limit = checkLimit(input.limit);
    if (!limit.ok) return limit;
    const after = input.after === undefined || input.after === "" ? "" : typedName(input.after);
    if (after === null) return failedWith("invalid");
    const late = await this.#reading.ready(input);
    if (late !== null) return late;
    const room = await this.#finder.room(input.room, session.userId);
    if (!room.ok) return room;
    const people = this.#deps.queries().rooms.people(room.value.row.id, after, limit.value);
    return this.#reading.ok(people.map(({ user, role }) => ({ user: this.#views.user(user), role })));
  }

  /** The ids of the named people, or the failure that says who does not exist. */
  async #people(names: readonly string[], asker: UserId): Promise<UserId[] | Refused> {
    if (names.length > NAMED_MAX)
      return failed("too_long", `Name at most ${NAMED_MAX} people at once.`, { field: "to" });
    const ids = new Set<UserId>();
    for (const name of names) {
      const user = await this.#finder.user(name, asker);
      if (!user.ok) return user;
      ids.add(user.value.id);
    }
    return [...ids];
  }

  async #bodyOf({ row }: RoomSummary, change: RoomChange, asker: UserId): Promise<OpBody | Refused> {
    const { rooms } = this.#deps.queries();
    const room = row.id;
    switch (change.kind) {
      case "name": {
        const name = checkRoomName(change.name);
        return name.ok ? { kind: "renameRoom", room, ...name.value } : name;
      }
      case "topic": {
        const topic = checkTopic(change.topic);
        return topic.ok ? { kind: "setTopic", room, topic: topic.value } : topic;
      }
      case "private": {
        const { isPrivate } = change;
        return {
          kind: "setPrivate",
          room,
          isPrivate,
          seen: row.privateTag,
          joined: isPrivate ? rooms.joined(room) : [],
        };
      }
      case "archived":
        return { kind: "archiveRoom", room, archived: change.archived };
      case "posting": {
        const { adminsOnly, slowSeconds, adminsCall = false } = change;
        const isSeconds = Number.isInteger(slowSeconds) && slowSeconds >= 0 && slowSeconds <= SLOW_SECONDS_MAX;
        return isSeconds
          ? { kind: "setPosting", room, adminsOnly, slowSeconds, adminsCall }
          : failed("invalid", NOT_SLOW);
      }
      case "invite":
      case "remove": {
        if (change.people.length === 0) return failed("invalid", "Write the name of the person here.", { field: "to" });
        const people = await this.#people(change.people, asker);
        return Array.isArray(people) ? { kind: "seatPeople", room, what: change.kind, people } : people;
      }
      case "ban":
      case "unban": {
        const people = await this.#people([change.person], asker);
        if (!Array.isArray(people)) return people;
        const [person = ""] = people;
        const seen = rooms.seat(room, person)?.tag ?? "";
        return { kind: "ban", room, person, banned: change.kind === "ban", seen };
      }
      case "role": {
        const people = await this.#people([change.person], asker);
        if (!Array.isArray(people)) return people;
        if (!ROLES.includes(change.role)) return failed("invalid", "A role is member, admin or owner.");
        return { kind: "setRoomRole", room, person: people[0] ?? "", role: change.role as RoomRole };
      }
    }
  }

  /**
   * Writes it, and answers the room as it is then. Of a room that the user cannot see any more, because she sent herself
   * away, it answers what was known before: that it was not found would say that nothing happened.
   */
  async #write(
    session: Session,
    clientId: ClientId,
    body: OpBody,
    room: RoomSummary | ConversationId,
  ): Promise<Answer<RoomView>> {
    const [id, before] = typeof room === "string" ? [room, null] : [room.row.id, room];
    const written = await this.#writer.write(session.userId, clientId, body);
    if (!written.ok) return this.#refusal(session, written.error.code, id) ?? written;
    const now = this.#deps.queries().rooms.room(id, session.userId);
    const summary = now ?? (before === null ? null : { ...before, role: null });
    // A repeat by somebody whom the room has lost since: that it was not found would say that it was never made.
    const value = summary === null ? { ...unseen(id), ...saidOf(body) } : this.#views.room(summary);
    return { ok: true, value, cursor: written.cursor };
  }

  /** A failure whose sentence says more than that of the code; null if there is none. */
  #refusal({ userId }: Session, code: ChatErrorCode, room: ConversationId): Refused | null {
    if (code === "name_taken") {
      return failed("name_taken", "Another room has this name, or one that looks like it. Choose another one.", {
        field: "name",
      });
    }
    if (code === "not_allowed" && this.#deps.queries().admin.isGuest(userId)) {
      return failed("not_allowed", "You are a guest here: others make the rooms and bring people in.");
    }
    if (code === "not_allowed" && room === GENERAL_ID) {
      return failed("not_allowed", "This is the room that everybody is in: it stays, and those who run it name it.");
    }
    return null;
  }
}

/** What is answered of a room that the user cannot see any more: nothing but what the request itself says. */
function unseen(room: string): RoomView {
  const nothing = {
    name: "",
    topic: "",
    people: 0,
    archived: false,
    historyFromJoining: false,
    adminsOnly: false,
    slowSeconds: 0,
    adminsCall: false,
    fromGroup: null,
  };
  return { id: isRoomId(room) ? room : "", ...nothing, isPrivate: true, role: null, isForAll: false };
}

function saidOf(body: OpBody): Partial<RoomView> {
  return body.kind === "createRoom" || body.kind === "nameGroup" ? { name: body.name, topic: body.topic } : {};
}
