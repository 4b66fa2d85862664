/** The page of all people, with those who are online. */
import type { UserView } from "../../chat/chat-service.ts";
import { AccountName, Avatar, LocalTime, PersonName, Seen } from "../page/names.tsx";
import { PageHead } from "../page/page-head.tsx";
import { isAdmin, rolesToGive } from "../../chat/rights.ts";
import { roleText } from "./role.tsx";

interface PeopleProps {
  /** Who looks at the page. */
  readonly self: UserView;
  readonly users: readonly UserView[];
  /** The name after which the next page begins; null if this is the last page. */
  readonly next: string | null;
  /** The part of a name that is searched for; "" for all people. */
  readonly search: string;
  /** These are the deactivated people. */
  readonly deactivated: boolean;
}

/** "48 people, none online". With several pages it says that it counts one page. */
function countText(people: number, online: number, more: boolean): string {
  if (people === 0) return "Nobody else yet";
  const count = people === 1 ? "1 person" : `${people} people`;
  return `${count}${more ? " on this page" : ""}, ${online === 0 ? "none" : online} online`;
}

/** A page of people, sorted by name, with a button to refresh it. */
export function PeoplePage({ self, users, next, search, deactivated }: PeopleProps) {
  const online = users.filter((user) => user.online).length;
  const found = search === "" ? "" : `q=${encodeURIComponent(search)}`;
  return (
    <section class="page people" id="people" aria-labelledby="people-title">
      <PageHead
        title={deactivated ? "Deactivated people" : "People"}
        id="people-title"
        note={users.length === 0 && search !== "" ? "No one found" : countText(users.length, online, next !== null)}
      >
        <form
          method="get"
          action="/people"
          hx-get="/people"
          hx-target="#people"
          hx-select="#people"
          hx-swap="outerMorph"
        >
          {search === "" ? null : <input type="hidden" name="q" value={search} />}
          {deactivated ? <input type="hidden" name="deactivated" value="1" /> : null}
          <button type="submit">Refresh</button>
        </form>
      </PageHead>
      <SearchForm search={search} deactivated={deactivated} />
      {isAdmin(self.role) ? (
        <p class="small admin-links">
          <a href="/invites">Invite people</a>
          <a href="/audit">Audit log</a>
          <a href="/reports">Reports</a>
          {deactivated ? <a href="/people">Active people</a> : <a href="/people?deactivated=1">Deactivated people</a>}
          <span>
            You are {roleText(self.role)} of this chat. <a href="/people/role">Your role</a>
          </span>
        </p>
      ) : null}
      {users.length === 0 && search !== "" ? (
        <p class="empty">
          No one here has “{search}” in their name. <a href="/people">Show everyone</a>
        </p>
      ) : users.length === 0 && deactivated ? (
        <p class="empty">Nobody is deactivated.</p>
      ) : users.length === 0 ? (
        <p class="empty">
          You are the first one here. <a href="/invites">Make a link</a> that lets others in; they appear here then.
        </p>
      ) : (
        <Roster self={self} users={users} />
      )}
      {next === null ? null : (
        <p>
          <a
            href={`/people?after=${encodeURIComponent(next)}${found === "" ? "" : `&${found}`}${deactivated ? "&deactivated=1" : ""}`}
          >
            More people
          </a>
        </p>
      )}
    </section>
  );
}

function SearchForm({ search, deactivated }: Pick<PeopleProps, "search" | "deactivated">) {
  return (
    <form method="get" action="/people" class="search" role="search">
      {deactivated ? <input type="hidden" name="deactivated" value="1" /> : null}
      <label class="sr" for="people-search">
        Part of a name
      </label>
      <input id="people-search" type="search" name="q" value={search} placeholder="Find someone" maxlength={48} />
      <button type="submit">Find</button>
    </form>
  );
}

function Roster({ self, users }: Pick<PeopleProps, "self" | "users">) {
  return (
    <ul class="roster">
      {users.map((user) => (
        <li>
          <a href={`/?to=${encodeURIComponent(user.name)}`}>
            <Avatar user={user} />
            <PersonName user={user} session={null} />
            <AccountName user={user} />
            {user.role === "member" ? null : <span class="tag">{user.role}</span>}
            <LocalTime zone={user.timeZone} />
            <Seen user={user} />
          </a>
          {rolesToGive(self.role, user.role).length === 0 ? null : <RoleButton user={user} />}
        </li>
      ))}
    </ul>
  );
}

/** Leads to the form for this person. A form of its own, because a link in a row would look like the row's. */
function RoleButton({ user }: { user: UserView }) {
  return (
    <form method="get" action="/people/role">
      <input type="hidden" name="person" value={user.name} />
      <button type="submit" class="plain">
        Manage<span class="sr"> {user.name}</span>
      </button>
    </form>
  );
}
