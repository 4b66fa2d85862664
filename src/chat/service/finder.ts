/** Finds people and rooms by typed names, including those that another replica created a moment ago. */
import type { Refused, Found } from "../errors.ts";
import { isRoomId, type UserId } from "../ids.ts";
import type { ChatDeps } from "../ports.ts";
import type { RoomSummary } from "../queries.ts";
import type { Reading } from "../reading.ts";
import type { UserRow } from "../rows.ts";
import { noSuchPerson } from "../sentences.ts";
import { nameWithin, typedName, typedRoomName } from "./names.ts";

/** Looks up names in this replica's rows. */
export class Finder {
  readonly #deps: ChatDeps;
  readonly #reading: Reading;

  constructor(deps: ChatDeps, reading: Reading) {
    this.#deps = deps;
    this.#reading = reading;
  }

  /**
   * A living account by name, of which `asker` may know, "": an operator. Errors: unknown_recipient, and those of
   * `Reading.find`.
   */
  async user(name: string, asker: UserId): Promise<Found<UserRow>> {
    return await this.#reading.find(
      () => this.userHere(name, asker),
      () => noSuchPerson(name),
    );
  }

  /** The same at this replica, which may not know everybody yet. */
  userHere(name: string, asker: UserId): UserRow | null {
    const found = this.#livingNamed(name);
    return found !== null && this.#deps.queries().admin.knows(asker, found.id) ? found : null;
  }

  /**
   * A room that the user may see, by its id, or by `#` and its name. Errors: `missing`, and those of `Reading.find`.
   */
  async room(text: string, user: UserId, missing?: () => Refused): Promise<Found<RoomSummary>> {
    return await this.#reading.find(() => this.roomHere(text, user), missing);
  }

  /** The same at this replica, which may not know every room yet. */
  roomHere(text: string, user: UserId): RoomSummary | null {
    const { rooms } = this.#deps.queries();
    if (!text.trim().startsWith("#")) return isRoomId(text) ? rooms.room(text, user) : null;
    for (const folded of new Set([typedRoomName(text), typedRoomName(nameWithin(text))])) {
      const room = folded === null ? null : rooms.named(folded, user);
      if (room !== null) return room;
    }
    return null;
  }

  #livingNamed(name: string): UserRow | null {
    const names = new Set([typedName(name), typedName(nameWithin(name))]);
    for (const folded of names) {
      const user = folded === null ? null : this.#deps.queries().userByFolded(folded);
      if (user !== null && user.deleted === 0) return user;
    }
    return null;
  }
}

/** The names in a list of recipients. A comma separates them, because no name has one. */
export function namesIn(text: string): string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/** Whether a typed recipient is the name of a room. */
export function namesRoom(text: string): boolean {
  return text.trim().startsWith("#");
}
