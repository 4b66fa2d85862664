/** Finds the conversation that a message is for: of a person, of several people, a room, or one that is named by its id. */
import { GROUP_PEOPLE_MAX } from "../bounds.ts";
import { failed, type Refused } from "../errors.ts";
import {
  directId,
  groupIdFor,
  isRoomId,
  isThreadId,
  rootOf,
  splitMessageId,
  type ClientId,
  type ConversationId,
  type UserId,
} from "../ids.ts";
import { directPeople } from "../kinds/direct.ts";
import type { ChatDeps } from "../ports.ts";
import type { Reading } from "../reading.ts";
import type { SendInput, Session } from "../chat-service.ts";
import { namesIn, namesRoom, type Finder } from "./finder.ts";

/** Also of a room that others may see. */
export const NO_SUCH_ROOM = "There is no room of this name here, or you are not in it.";

const NO_THREAD_IN_THREAD = "A reply has no thread of its own. Write in the thread that it is in.";

const TOO_MANY_PEOPLE = `A conversation without a name has at most ${GROUP_PEOPLE_MAX} people, with you. Create a room for more.`;

/** Where a message goes. */
export interface Destination {
  readonly conversation: ConversationId;
  /** Of a group that is not known here yet, its people. */
  readonly people?: readonly UserId[];
}

export class Recipients {
  readonly #deps: ChatDeps;
  readonly #reading: Reading;
  readonly #finder: Finder;

  constructor(deps: ChatDeps, parts: { readonly reading: Reading; readonly finder: Finder }) {
    this.#deps = deps;
    this.#reading = parts.reading;
    this.#finder = parts.finder;
  }

  /** Where the message goes, or why it cannot. A repeat goes where the first one went. */
  async find(session: Session, clientId: ClientId, input: SendInput): Promise<Destination | Refused> {
    const { to, conversationId } = input;
    if ((to === undefined) === (conversationId === undefined)) {
      return failed("invalid", "Name either a person or a conversation.", { field: "to" });
    }
    if (conversationId !== undefined) {
      if (this.#isBelowReply(conversationId)) return failed("invalid", NO_THREAD_IN_THREAD, { field: "to" });
      const mayWrite = await this.#reading.find(
        () => this.#mayWriteIn(conversationId, session.userId) || this.#sentTo(session, clientId) === conversationId,
      );
      return mayWrite.ok ? { conversation: conversationId } : mayWrite;
    }
    const names = to ?? "";
    // The room or the group of these names may be another one by now.
    const sent = namesRoom(names) || names.includes(",") ? this.#sentTo(session, clientId) : null;
    return sent !== null && isRoomId(sent) ? { conversation: sent } : await this.named(session, names);
  }

  /** The conversation of these names: of a person, of several people separated by commas, or of a room with its `#`. */
  async named({ userId }: Session, names: string): Promise<Destination | Refused> {
    if (namesRoom(names)) return await this.#roomFor(userId, names);
    const people = new Set([userId]);
    const asked = namesIn(names);
    if (asked.length > GROUP_PEOPLE_MAX) return failed("too_long", TOO_MANY_PEOPLE, { field: "to" });
    for (const name of asked.length === 0 ? [names] : asked) {
      const user = await this.#finder.user(name, userId);
      if (!user.ok) return user;
      people.add(user.value.id);
    }
    const [, other = userId] = people;
    if (people.size <= 2) return { conversation: directId(userId, other) };
    if (people.size > GROUP_PEOPLE_MAX) return failed("too_long", TOO_MANY_PEOPLE, { field: "to" });
    return this.#groupOf(userId, [...people]);
  }

  /** The group of these people. A group that has become a room is not theirs alone any more: then it is the next one. */
  #groupOf(user: UserId, people: readonly UserId[]): Destination {
    const queries = this.#deps.queries();
    let nth = 0;
    while (queries.kindOf(groupIdFor(people, nth)) === "room") nth += 1;
    const conversation = groupIdFor(people, nth);
    return queries.isMember(conversation, user) ? { conversation } : { conversation, people };
  }

  /** The conversation in which the user has written with this client id; null: in none. */
  #sentTo({ userId }: Session, clientId: ClientId): ConversationId | null {
    return this.#deps.queries().request(userId, clientId)?.conversation ?? null;
  }

  /** Whether this would be a thread below a reply. */
  #isBelowReply(conversation: ConversationId): boolean {
    const root = splitMessageId(rootOf(conversation) ?? "");
    const request = root === null ? null : this.#deps.queries().request(root.author, root.clientId);
    return isThreadId(request?.conversation ?? "");
  }

  /** Whether the user is a member or may open the conversation. */
  #mayWriteIn(conversation: ConversationId, user: UserId): boolean {
    return this.#deps.queries().isMember(conversation, user) || directPeople(conversation, user) !== null;
  }

  /** The room of this name, to write in it. */
  async #roomFor(user: UserId, name: string): Promise<Destination | Refused> {
    const room = await this.#finder.room(name, user, () => failed("unknown_recipient", NO_SUCH_ROOM, { field: "to" }));
    if (!room.ok) return room;
    if (room.value.role !== null) return { conversation: room.value.row.id };
    return failed("not_found", "You are not in this room. Join it first, then write.", { field: "to" });
  }
}
