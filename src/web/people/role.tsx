/** What somebody is in this chat, and the form that changes it. */
import type { ChatError } from "../../chat/errors.ts";
import type { UserView } from "../../chat/chat-service.ts";
import { mayManage, ROLES, rolesToGive } from "../../chat/rights.ts";
import { FieldError } from "../page/field.tsx";
import { Avatar } from "../page/names.tsx";
import { LinkField } from "../page/link-field.tsx";
import { PageHead } from "../page/page-head.tsx";
import { PostForm } from "../page/post-form.tsx";

type Role = UserView["role"];

/** What a role allows, for people who choose one. */
const MEANING: Readonly<Record<Role, string>> = {
  guest: "Sees only the rooms that others invite to, and the people in them.",
  member: "Writes, makes rooms and invites people to them.",
  admin: "Also invites people, and makes members guests or admins.",
  owner: "Also makes and unmakes owners. A chat always has one.",
};

const NAMES: Readonly<Record<Role, string>> = { guest: "Guest", member: "Member", admin: "Admin", owner: "Owner" };

/** "a member", "an owner". */
export function roleText(role: Role): string {
  return `${role === "member" || role === "guest" ? "a" : "an"} ${role}`;
}

interface RoleProps {
  /** Who looks at the page. */
  readonly self: UserView;
  readonly person: UserView;
  /** Client id of the form. */
  readonly id: string;
  /** The role that was chosen before; null: the present one. */
  readonly role: string | null;
  readonly error: ChatError | null;
  /** The link for a new password that was just made; null: none. */
  readonly reset: string | null;
}

/** Roles with what they mean; those that may be given can be chosen. */
export function RolePage({ self, person, id, role, error, reset }: RoleProps) {
  const own = self.id === person.id;
  const allowed = rolesToGive(self.role, person.role);
  const chosen = ROLES.find((one) => one === role) ?? person.role;
  return (
    <section class="page people role-page" aria-labelledby="role-title">
      <PageHead
        title={person.name}
        id="role-title"
        avatar={<Avatar user={person} />}
        note={own ? `You are ${roleText(person.role)} of this chat` : `${NAMES[person.role]} of this chat`}
      />
      <PostForm action="/people/role" class="block stack">
        <FieldError id="role-error" sentence={error?.sentence} />
        <input type="hidden" name="id" value={id} />
        <input type="hidden" name="person" value={person.name} />
        <fieldset class="choices roles">
          <legend>Role</legend>
          {ROLES.map((one) => (
            <div class="role">
              <label class="choice">
                <input
                  type="radio"
                  name="role"
                  value={one}
                  checked={one === chosen}
                  disabled={!allowed.includes(one)}
                  aria-describedby={`role-${one}`}
                />
                {NAMES[one]}
              </label>
              <p class="hint" id={`role-${one}`}>
                {MEANING[one]}
              </p>
            </div>
          ))}
        </fieldset>
        {allowed.length === 0 ? (
          <p class="small">Only {person.role === "owner" ? "an owner" : "an admin or an owner"} can change this.</p>
        ) : (
          <p>
            <button type="submit" class="primary">
              Save role
            </button>
          </p>
        )}
      </PostForm>
      {!own && mayManage(self.role, person.role) ? <ManageForms person={person} reset={reset} /> : null}
      <p>
        <a href="/people">Back to people</a>
      </p>
    </section>
  );
}

/** A link for a new password, and deactivation. */
function ManageForms({ person, reset }: Pick<RoleProps, "person" | "reset">) {
  const { name, deactivated = false } = person;
  return (
    <>
      <section class="block stack" aria-labelledby="password-title">
        <h2 id="password-title">Password</h2>
        {reset === null ? (
          <PostForm action="/people/reset" class="stack">
            <ManageFields name={name} />
            <p class="small">
              Somebody who has forgotten the password sets a new one by a link that you send. It works once, for 24
              hours.
            </p>
            <p>
              <button type="submit">Make a link for a new password</button>
            </p>
          </PostForm>
        ) : (
          <LinkField link={reset} hint={`Send it only to ${name}: whoever opens it first takes over the account.`} />
        )}
      </section>
      <PostForm action={deactivated ? "/people/reactivate" : "/people/deactivate"} class="block stack">
        <h2>{deactivated ? "This account is deactivated" : "Deactivate this account"}</h2>
        <ManageFields name={name} />
        <p class="small">
          {deactivated
            ? "Nobody can log in to it. Name, messages and rooms are as they were."
            : `${name} is logged out everywhere and cannot log in any more. Name, messages and rooms stay, and you can undo it.`}
        </p>
        <p>
          <button type="submit" class={deactivated ? "" : "danger"}>
            {deactivated ? "Reactivate" : "Deactivate"} {name}
          </button>
        </p>
      </PostForm>
    </>
  );
}

function ManageFields({ name }: { name: string }) {
  return (
    <>
      <input type="hidden" name="id" value={Bun.randomUUIDv7()} />
      <input type="hidden" name="person" value={name} />
    </>
  );
}
