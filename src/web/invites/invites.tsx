/** The page on which admins make, see and withdraw links. */
import { INVITE_SECONDS, INVITE_USES } from "../../base/link-terms.ts";
import type { ChatError } from "../../chat/errors.ts";
import type { InviteView } from "../../chat/admin-service.ts";
import { errorAt, errorElsewhere, Field, FieldError } from "../page/field.tsx";
import { Time } from "../page/names.tsx";
import { LinkField } from "../page/link-field.tsx";
import { PageHead } from "../page/page-head.tsx";
import { PostForm } from "../page/post-form.tsx";

export const DAY_SECONDS = 24 * 3600;

/** What was typed into the form of a new link. */
export interface InviteDraft {
  /** The client id of the request. */
  readonly id: string;
  /** "member" or "guest". */
  readonly role: string;
  readonly rooms: string;
  readonly uses: string;
  readonly days: string;
  readonly error: ChatError | null;
}

/** An empty form. */
export function newDraft(): InviteDraft {
  const [uses, days] = [String(INVITE_USES), String(INVITE_SECONDS / DAY_SECONDS)];
  return { id: Bun.randomUUIDv7(), role: "member", rooms: "", uses, days, error: null };
}

interface InvitesProps {
  readonly invites: readonly InviteView[];
  /** When the last of them was made, if there are more; null if this is the last page. */
  readonly next: number | null;
  readonly draft: InviteDraft;
  /** The link that was just made; null: none. */
  readonly link: string | null;
}

/** The form, and all links. */
export function InvitesPage({ invites, next, draft, link }: InvitesProps) {
  return (
    <section class="page invites" aria-labelledby="invites-title">
      <PageHead title="Invite people" id="invites-title" note="By a link that you send them">
        <a class="button" href="/people">
          People
        </a>
      </PageHead>
      {link === null ? <NewInvite draft={draft} /> : <MadeLink link={link} />}
      <section class="block" aria-labelledby="links-title">
        <h2 id="links-title">Links</h2>
        {invites.length === 0 ? (
          <p class="small">No link has been made yet.</p>
        ) : (
          <ul class="links">
            {invites.map((invite) => (
              <Invite invite={invite} />
            ))}
          </ul>
        )}
        {next === null ? null : (
          <p>
            <a href={`/invites?before=${next}`}>Older links</a>
          </p>
        )}
      </section>
    </section>
  );
}

const INVITED = [
  { role: "member", name: "Members", meaning: "They see all people and all public rooms, and are in #general." },
  { role: "guest", name: "Guests", meaning: "They see only the rooms that you name here, and the people in them." },
] as const;

function NewInvite({ draft }: Pick<InvitesProps, "draft">) {
  const { error } = draft;
  return (
    <PostForm action="/invites" class="block stack form">
      <p>Whoever opens the link chooses a name and a password, and is in.</p>
      <input type="hidden" name="id" value={draft.id} />
      <FieldError id="form-error" sentence={errorElsewhere(error, ["rooms", "uses", "expires"])} />
      <fieldset class="choices roles">
        <legend>Invite them as</legend>
        {INVITED.map(({ role, name, meaning }) => (
          <div class="role">
            <label class="choice">
              <input
                type="radio"
                name="role"
                value={role}
                checked={role === draft.role}
                aria-describedby={`as-${role}`}
              />
              {name}
            </label>
            <p class="hint" id={`as-${role}`}>
              {meaning}
            </p>
          </div>
        ))}
      </fieldset>
      <Field
        name="rooms"
        label="Rooms they are in from the start"
        value={draft.rooms}
        optional
        placeholder="Names, separated by commas"
        hint="Optional for members."
        error={errorAt(error, "rooms")}
      />
      <div class="pair">
        <Field
          name="uses"
          label="For how many people"
          value={draft.uses}
          inputmode="numeric"
          error={errorAt(error, "uses")}
        />
        <Field
          name="days"
          label="For how many days"
          value={draft.days}
          inputmode="numeric"
          error={errorAt(error, "expires")}
        />
      </div>
      <p>
        <button type="submit" class="primary">
          Make a link
        </button>
      </p>
    </PostForm>
  );
}

function MadeLink({ link }: { link: string }) {
  return (
    <div class="block stack form">
      <LinkField link={link} hint="Anybody who has the link can join, so send it only to people you want here." />
      <p>
        <a class="button" href="/invites">
          Done
        </a>
      </p>
    </div>
  );
}

/** "7 more days", "5 more hours", "less than an hour". */
function leftText(ms: number): string {
  const hours = Math.floor(ms / 3_600_000);
  if (hours < 1) return "less than an hour";
  const [count, unit] = hours < 48 ? [hours, "hour"] : [Math.round(hours / 24), "day"];
  return `${count} more ${unit}${count === 1 ? "" : "s"}`;
}

function Invite({ invite }: { invite: InviteView }) {
  const { by, role, rooms, uses, usesMax, createdMicros, expiresMicros, state } = invite;
  const into = rooms.map((name) => (name === "" ? "a private room" : `#${name}`)).join(", ");
  return (
    <li>
      <span class="link-text">
        <span class="device">
          {uses} of {usesMax} joined
        </span>{" "}
        {role === "member" ? null : <span class="tag">{role}</span>}
        {state === "open" ? null : <span class="tag">{state}</span>}
        <span class="small">
          made by {by === null ? "an operator" : by.name} <Time micros={createdMicros} style="from" />
          {state === "open" ? `, valid for ${leftText(expiresMicros / 1000 - Date.now())}` : null}
          {into === "" ? "" : `, for ${into}`}
        </span>
      </span>
      {state === "open" ? (
        <PostForm action={`/invites/${invite.id}/revoke`}>
          <input type="hidden" name="id" value={Bun.randomUUIDv7()} />
          <button type="submit">
            Withdraw<span class="sr"> the link of {by === null ? "an operator" : by.name}</span>
          </button>
        </PostForm>
      ) : null}
    </li>
  );
}
