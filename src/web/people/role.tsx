/** What somebody is in this chat, and the form that changes it. */
import type { ChatError } from "../../chat/errors.ts";
import type { UserView } from "../../chat/chat-service.ts";
import { ROLES, rolesToGive } from "../../chat/rights.ts";
import { FieldError } from "../page/field.tsx";
import { Avatar } from "../page/names.tsx";
import { PageHead } from "../page/page-head.tsx";
import { PostForm } from "../page/post-form.tsx";

type Role = UserView["role"];

/** What a role allows, for people who choose one. */
const MEANING: Readonly<Record<Role, string>> = {
  member: "Writes, makes rooms and invites people to them.",
  admin: "Also makes members admins, and admins members.",
  owner: "Also makes and unmakes owners. A chat always has one.",
};

const NAMES: Readonly<Record<Role, string>> = { member: "Member", admin: "Admin", owner: "Owner" };

/** "a member", "an owner". */
export function roleText(role: Role): string {
  return `${role === "member" ? "a" : "an"} ${role}`;
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
}

/** Roles with what they mean; those that may be given can be chosen. */
export function RolePage({ self, person, id, role, error }: RoleProps) {
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
      <p>
        <a href="/people">Back to people</a>
      </p>
    </section>
  );
}
