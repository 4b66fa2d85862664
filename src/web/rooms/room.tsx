/** The page of one room: its topic, its people, and the forms that change it. */
import type { ChatError } from "../../chat/errors.ts";
import type { RoomPersonView, RoomView, Session } from "../../chat/chat-service.ts";
import { errorAt, errorElsewhere, Field, FieldError } from "../page/field.tsx";
import { AccountName, Avatar, PersonName, RoomMark, Seen } from "../page/names.tsx";
import { PageHead } from "../page/page-head.tsx";
import { PostForm } from "../page/post-form.tsx";
import { peopleText } from "./rooms.tsx";

/** A form that was refused. */
export interface RoomAttempt {
  /** Which form: the last part of its address. */
  readonly what: string;
  /** What was typed. */
  readonly typed: string;
  readonly error: ChatError;
}

interface RoomProps {
  readonly session: Session;
  readonly room: RoomView;
  readonly people: readonly RoomPersonView[];
  /** The name after which the next page of people begins; null if this is the last page. */
  readonly next: string | null;
  readonly attempt: RoomAttempt | null;
  /** Makes a client id for each form, so that a form sent twice takes effect once. */
  readonly id: () => string;
}

/** The room, its people, and its forms. */
export function RoomPage(props: RoomProps) {
  const { room, attempt } = props;
  const elsewhere = attempt === null || isShownAtField(attempt) ? undefined : attempt.error.sentence;
  return (
    <section class="page people room-page" aria-labelledby="room-title">
      <PageHead title={`#${room.name}`} id="room-title" avatar={<RoomMark room={room} />} note={noteOf(room)}>
        {room.role === null ? null : (
          <a class="button" href={`/c/${room.id}`}>
            Open
          </a>
        )}
      </PageHead>
      <FieldError id="room-error" sentence={elsewhere} />
      <p class="topic" dir="auto">
        {room.topic === "" ? "No topic yet." : room.topic}
      </p>
      {room.role === null ? <JoinForm {...props} /> : <MemberForms {...props} />}
      <h2>People</h2>
      <PeopleList {...props} />
      {room.role === null || room.isForAll ? null : <LeaveForm {...props} />}
    </section>
  );
}

function noteOf(room: RoomView): string {
  const kind = room.isForAll ? "everybody is in it" : room.isPrivate ? "private" : "public";
  return `${peopleText(room.people)}, ${kind}${room.archived ? ", archived" : ""}`;
}

/** Whether the sentence is shown at a field of the page. */
function isShownAtField({ what, error }: RoomAttempt): boolean {
  const fields: Record<string, ChatError["field"]> = { name: "name", topic: "topic", invite: "to", unban: "to" };
  return fields[what] !== undefined && fields[what] === error.field;
}

function errorOf({ attempt }: RoomProps, what: string, field: NonNullable<ChatError["field"]>): string | undefined {
  return attempt?.what === what ? errorAt(attempt.error, field) : undefined;
}

function typedIn({ attempt }: RoomProps, what: string, otherwise: string): string {
  return attempt?.what === what && errorElsewhere(attempt.error, []) !== undefined ? attempt.typed : otherwise;
}

function JoinForm({ room, id }: RoomProps) {
  if (room.archived) return <p class="small">This room is archived. Nobody can write in it.</p>;
  return (
    <PostForm action={`/rooms/${room.id}/join`}>
      <input type="hidden" name="id" value={id()} />
      <button type="submit" class="primary">
        Join this room
      </button>
    </PostForm>
  );
}

function runs({ role }: RoomView): boolean {
  return role === "admin" || role === "owner";
}

function MemberForms(props: RoomProps) {
  const { room, id } = props;
  const path = `/rooms/${room.id}`;
  return (
    <>
      {room.archived ? null : (
        <LineForm
          action={`${path}/invite`}
          id={id()}
          field={
            <Field
              name="people"
              label="Invite people"
              value={typedIn(props, "invite", "")}
              placeholder="Names, separated by commas"
              offers="from"
              hint={
                room.historyFromJoining
                  ? "New members see only what is written after they join."
                  : "New members can read all earlier messages."
              }
              error={errorOf(props, "invite", "to")}
            />
          }
          submit="Invite"
        />
      )}
      <details
        class="settings"
        open={props.attempt !== null && ["topic", "name", "unban"].includes(props.attempt.what)}
      >
        <summary>Change this room</summary>
        <LineForm
          action={`${path}/topic`}
          id={id()}
          field={
            <Field
              name="topic"
              label="Topic"
              value={typedIn(props, "topic", room.topic)}
              optional
              error={errorOf(props, "topic", "topic")}
            />
          }
          submit="Save topic"
        />
        {runs(room) ? <ManagerForms {...props} /> : null}
      </details>
    </>
  );
}

function ManagerForms(props: RoomProps) {
  const { room, id } = props;
  const path = `/rooms/${room.id}`;
  return (
    <>
      <LineForm
        action={`${path}/name`}
        id={id()}
        field={
          <Field
            name="name"
            label="Name"
            value={typedIn(props, "name", room.name)}
            error={errorOf(props, "name", "name")}
          />
        }
        submit="Rename"
      />
      {room.isForAll ? null : (
        <>
          <LiftForm {...props} />
          <PostingForm {...props} />
          <Switches {...props} />
        </>
      )}
    </>
  );
}

function LiftForm(props: RoomProps) {
  return (
    <LineForm
      action={`/rooms/${props.room.id}/unban`}
      id={props.id()}
      field={
        <Field
          name="person"
          label="Lift the ban of"
          value={typedIn(props, "unban", "")}
          placeholder="Name"
          error={errorOf(props, "unban", "to")}
        />
      }
      submit="Lift"
    />
  );
}

/** What the page offers between two messages: seconds, and in words. */
const SLOW: readonly (readonly [number, string])[] = [
  [0, "As often as they like"],
  [10, "Once in 10 seconds"],
  [60, "Once a minute"],
  [300, "Once in 5 minutes"],
  [3_600, "Once an hour"],
];

/** Who writes, how often, and who calls everybody. */
function PostingForm({ room, id }: RoomProps) {
  const offered = SLOW.some(([seconds]) => seconds === room.slowSeconds)
    ? SLOW
    : [...SLOW, [room.slowSeconds, `Once in ${room.slowSeconds} seconds`] as const];
  return (
    <PostForm action={`/rooms/${room.id}/posting`} class="line-form">
      <input type="hidden" name="id" value={id()} />
      <div class="field">
        <label for="posting-who">Who writes</label>
        <select id="posting-who" name="who">
          <option value="everyone" selected={!room.adminsOnly}>
            Everybody
          </option>
          <option value="admins" selected={room.adminsOnly}>
            Admins and owners of the room
          </option>
        </select>
      </div>
      <div class="field">
        <label for="posting-seconds">How often others write</label>
        <select id="posting-seconds" name="seconds">
          {offered.map(([seconds, words]) => (
            <option value={String(seconds)} selected={seconds === room.slowSeconds}>
              {words}
            </option>
          ))}
        </select>
      </div>
      <div class="field">
        <label for="posting-call">Who calls everybody by @room and @here</label>
        <select id="posting-call" name="call">
          <option value="everyone" selected={!room.adminsCall}>
            Everybody
          </option>
          <option value="admins" selected={room.adminsCall}>
            Admins and owners of the room
          </option>
        </select>
      </div>
      <button type="submit">Save</button>
    </PostForm>
  );
}

/** Private or public, archived or open. */
function Switches({ room, id }: RoomProps) {
  const path = `/rooms/${room.id}`;
  return (
    <div class="row">
      {room.isPrivate && room.role !== "owner" ? null : (
        <SwitchForm
          action={`${path}/private`}
          id={id()}
          value={room.isPrivate ? "no" : "yes"}
          text={room.isPrivate ? "Make it public" : "Make it private"}
          hint={
            room.isPrivate
              ? room.historyFromJoining
                ? "Everybody can then join, and see what is written after that."
                : "Everybody can then join and read all that was written here."
              : "Then only its people can find it, and others join by invitation only."
          }
        />
      )}
      <SwitchForm
        action={`${path}/archive`}
        id={id()}
        value={room.archived ? "no" : "yes"}
        text={room.archived ? "Open it again" : "Archive it"}
        hint={room.archived ? "People can write in it again." : "People can still read it, but nobody can write in it."}
      />
    </div>
  );
}

interface LineFormProps {
  readonly action: string;
  readonly id: string;
  readonly field: unknown;
  readonly submit: string;
}

/** One field and its button. */
function LineForm({ action, id, field, submit }: LineFormProps) {
  return (
    <PostForm action={action} class="line-form">
      <input type="hidden" name="id" value={id} />
      {field as never}
      <button type="submit">{submit}</button>
    </PostForm>
  );
}

interface SwitchFormProps {
  readonly action: string;
  readonly id: string;
  readonly value: "yes" | "no";
  readonly text: string;
  readonly hint: string;
}

function SwitchForm({ action, id, value, text, hint }: SwitchFormProps) {
  return (
    <PostForm action={action}>
      <input type="hidden" name="id" value={id} />
      <input type="hidden" name="on" value={value} />
      <button type="submit">{text}</button>
      <p class="hint">{hint}</p>
    </PostForm>
  );
}

function PeopleList(props: RoomProps) {
  const { room, people, next } = props;
  return (
    <>
      <ul class="roster">
        {people.map((person) => (
          <li>
            <a href={`/?to=${encodeURIComponent(person.user.name)}`}>
              <Avatar user={person.user} />
              <PersonName user={person.user} session={null} />
              <AccountName user={person.user} />
              {person.role === "member" ? null : <span class="tag">{person.role}</span>}
              <Seen user={person.user} />
            </a>
            {mayTouch(props, person) ? <PersonForms {...props} person={person} /> : null}
          </li>
        ))}
      </ul>
      {next === null ? null : (
        <p>
          <a href={`/rooms/${room.id}?after=${encodeURIComponent(next)}`}>More people</a>
        </p>
      )}
    </>
  );
}

/** Whether the user may send this person away or change the person's role. */
function mayTouch({ room, session }: RoomProps, { user, role }: RoomPersonView): boolean {
  if (user.id === session.userId) return false;
  return room.role === "owner" || (room.role === "admin" && role !== "owner" && !room.isForAll);
}

function PersonForms({ room, person, id }: RoomProps & { readonly person: RoomPersonView }) {
  const { name } = person.user;
  const path = `/rooms/${room.id}`;
  const roles = (["member", "admin", "owner"] as const).filter((role) => role !== person.role);
  return (
    <details class="person-forms">
      <summary>
        Manage<span class="sr"> {name}</span>
      </summary>
      <div class="row">
        {room.role === "owner"
          ? roles.map((role) => (
              <PersonForm action={`${path}/role`} name={name} id={id()} text={`Make ${role}`} role={role} />
            ))
          : null}
        {room.isForAll ? null : (
          <>
            <PersonForm action={`${path}/remove`} name={name} id={id()} text="Remove" />
            <PersonForm action={`${path}/ban`} name={name} id={id()} text="Ban" />
          </>
        )}
      </div>
    </details>
  );
}

interface PersonFormProps {
  readonly action: string;
  readonly name: string;
  readonly id: string;
  readonly text: string;
  readonly role?: string;
}

function PersonForm({ action, name, id, text, role }: PersonFormProps) {
  return (
    <PostForm action={action}>
      <input type="hidden" name="id" value={id} />
      <input type="hidden" name="person" value={name} />
      {role === undefined ? null : <input type="hidden" name="role" value={role} />}
      <button type="submit" class={role === undefined ? "danger" : ""}>
        {text}
        <span class="sr"> {name}</span>
      </button>
    </PostForm>
  );
}

function LeaveForm({ room, id }: RoomProps) {
  return (
    <PostForm action={`/rooms/${room.id}/leave`}>
      <input type="hidden" name="id" value={id()} />
      <button type="submit" class="danger">
        Leave this room
      </button>
      <p class="hint">
        {room.isPrivate ? "Your messages stay. You can return only by invitation." : "Your messages stay."}
      </p>
    </PostForm>
  );
}
