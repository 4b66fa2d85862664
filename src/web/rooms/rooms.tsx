/** The directory of rooms, and the form that makes one. */
import type { ChatError } from "../../chat/errors.ts";
import type { RoomView } from "../../chat/chat-service.ts";
import { errorAt, errorElsewhere, Field, FieldError } from "../page/field.tsx";
import { RoomMark } from "../page/names.tsx";
import { PageHead } from "../page/page-head.tsx";
import { PostForm } from "../page/post-form.tsx";

interface RoomsProps {
  readonly rooms: readonly RoomView[];
  /** The name after which the next page begins; null if this is the last page. */
  readonly next: string | null;
  /** Part of a name that is searched for; "" for all. */
  readonly search: string;
  /** These are the archived rooms. */
  readonly archived: boolean;
  /** A guest makes no rooms. */
  readonly isGuest: boolean;
}

/** "1 person", "12 people". */
export function peopleText(people: number): string {
  return people === 1 ? "1 person" : `${people} people`;
}

/** The directory: public rooms, and the private rooms that the user is in. */
export function RoomsPage({ rooms, next, search, archived, isGuest }: RoomsProps) {
  const kept = `${search === "" ? "" : `&q=${encodeURIComponent(search)}`}${archived ? "&archived=1" : ""}`;
  return (
    <section class="page people" id="rooms" aria-labelledby="rooms-title">
      <PageHead title={archived ? "Archived rooms" : "Rooms"} id="rooms-title">
        {isGuest ? null : (
          <a class="button primary" href="/new-room">
            New room
          </a>
        )}
      </PageHead>
      <form method="get" action="/rooms" class="search" role="search">
        <label class="sr" for="rooms-search">
          Part of a name
        </label>
        {archived ? <input type="hidden" name="archived" value="1" /> : null}
        <input id="rooms-search" type="search" name="q" value={search} placeholder="Find a room" maxlength={80} />
        <button type="submit">Find</button>
      </form>
      {rooms.length > 0 ? null : search !== "" ? (
        <p class="empty">
          No room here has “{search}” in its name. <a href="/rooms">Show all rooms</a>
        </p>
      ) : (
        <p class="empty">
          {archived
            ? "No archived rooms."
            : isGuest
              ? "You are in no room."
              : "There are no rooms yet. Create the first one."}
        </p>
      )}
      <ul class="roster">
        {rooms.map((room) => (
          <RoomItem room={room} />
        ))}
      </ul>
      {next === null ? null : (
        <p>
          <a href={`/rooms?after=${encodeURIComponent(next)}${kept}`}>More rooms</a>
        </p>
      )}
      <p class="small">
        {archived ? <a href="/rooms">Active rooms</a> : <a href="/rooms?archived=1">Archived rooms</a>}
      </p>
    </section>
  );
}

function RoomItem({ room }: { room: RoomView }) {
  const isIn = room.role !== null;
  return (
    <li class="room-row">
      <a href={isIn ? `/c/${room.id}` : `/rooms/${room.id}`}>
        <RoomMark room={room} />
        <span class="name">#{room.name}</span>
        <span class="preview" dir="auto">
          {room.topic}
        </span>
        <span class="seen">{peopleText(room.people)}</span>
      </a>
      {isIn || room.archived ? null : (
        <PostForm action={`/rooms/${room.id}/join`}>
          <button type="submit">
            Join<span class="sr"> #{room.name}</span>
          </button>
        </PostForm>
      )}
    </li>
  );
}

/** What was typed into the form of a new room. */
export interface RoomDraft {
  /** The client id of the request. */
  readonly id: string;
  readonly name: string;
  readonly topic: string;
  readonly isPrivate: boolean;
  readonly fromJoining: boolean;
  readonly people: string;
  /** The id of the group that becomes the room; "": none does. */
  readonly group: string;
  readonly error: ChatError | null;
}

/** The form of a new room, or of a group that becomes one. */
export function NewRoomPage({ draft }: { draft: RoomDraft }) {
  const { error, group } = draft;
  return (
    <section class="page" aria-labelledby="new-room-title">
      <PageHead title={group === "" ? "New room" : "Make it a room"} id="new-room-title" />
      <PostForm action="/rooms" class="stack form">
        <input type="hidden" name="id" value={draft.id} />
        {group === "" ? null : (
          <>
            <input type="hidden" name="group" value={group} />
            <p>
              The group becomes a private room with a name. Its people and messages stay, and others can be invited. A
              note in the conversation tells everybody. This cannot be undone.
            </p>
          </>
        )}
        <Field
          name="name"
          label="Name"
          value={draft.name}
          autofocus={error === null || errorAt(error, "name") !== undefined}
          hint="Up to 64 letters, digits, dots, dashes and underscores; no spaces."
          error={errorAt(error, "name")}
        />
        <Field
          name="topic"
          label="Topic"
          value={draft.topic}
          optional
          hint="Optional. One line of up to 250 characters."
          error={errorAt(error, "topic")}
        />
        {group === "" ? <NewRoomPeople draft={draft} /> : null}
        <label class="check">
          <input type="checkbox" name="historyFromJoining" value="yes" checked={draft.fromJoining} />
          <span>
            Hide earlier messages: whoever joins later sees only what is written from then on.{" "}
            {group === "" ? "Only for a private room. It" : "This"} cannot be changed later.
          </span>
        </label>
        <FieldError id="form-error" sentence={errorElsewhere(error, ["name", "topic", "to"])} />
        <div class="row">
          <button type="submit" class="primary">
            {group === "" ? "Create room" : "Make it a room"}
          </button>
          <a class="button" href={group === "" ? "/rooms" : `/c/${group}`}>
            Cancel
          </a>
        </div>
      </PostForm>
    </section>
  );
}

/** Who is in a new room, and who may find it. */
function NewRoomPeople({ draft }: { draft: RoomDraft }) {
  return (
    <>
      <Field
        name="people"
        label="Invite people"
        value={draft.people}
        optional
        offers="from"
        hint="Optional. Names, separated by commas. You can invite more people later."
        error={errorAt(draft.error, "to")}
      />
      <label class="check">
        <input type="checkbox" name="isPrivate" value="yes" checked={draft.isPrivate} />
        <span>Private: only invited people can find and read the room.</span>
      </label>
    </>
  );
}
