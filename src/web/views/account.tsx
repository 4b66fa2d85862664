/** One's own account: logins, settings, password, the end of it. */
import type { ChatError } from "../../chat/errors.ts";
import { errorAt, errorElsewhere, Field, FieldError } from "./field.tsx";
import { Icon } from "./icons.tsx";
import { Time } from "./names.tsx";
import { THEMES, type Theme } from "./page.tsx";

export interface LoginRow {
  readonly id: string;
  readonly createdMicros: number;
  readonly lastUsedMicros: number;
  readonly current: boolean;
}

interface AccountProps {
  readonly name: string;
  readonly logins: readonly LoginRow[];
  readonly unread: number;
  readonly theme: Theme;
  readonly readOnSight: boolean;
  readonly deletion: { readonly id: string; readonly error: ChatError | null; readonly deleteMessages: boolean };
  readonly said: string | null;
}

function BackHead({ title, children }: { title: string; children?: string }) {
  return (
    <header class="head">
      <a class="to-list" href="/">
        <Icon name="back" />
        <span class="sr">All conversations</span>
      </a>
      <div class="who">
        <h1>{title}</h1>
        {children === undefined ? null : <p class="small">{children}</p>}
      </div>
    </header>
  );
}

/** Settings, logins, and the end of the account. */
export function AccountPage(props: AccountProps) {
  return (
    <section class="page account">
      <BackHead title={props.name}>Your account</BackHead>
      {props.said === null ? null : (
        <p class="said" role="status">
          {props.said}
        </p>
      )}
      <Settings theme={props.theme} readOnSight={props.readOnSight} />
      <Logins logins={props.logins} />
      <DeleteAccount {...props} />
    </section>
  );
}

function Settings({ theme, readOnSight }: { theme: Theme; readOnSight: boolean }) {
  return (
    <form method="post" action="/account/settings" class="block stack">
      <h2>Settings</h2>
      <fieldset class="choices">
        <legend>Looks</legend>
        {THEMES.map((one) => (
          <label>
            <input type="radio" name="theme" value={one} checked={one === theme} />
            {one === "auto" ? "as the system" : one}
          </label>
        ))}
      </fieldset>
      <label class="choice">
        <input type="checkbox" name="readOnSight" value="yes" checked={readOnSight} />
        Count a message as read once it has been in view for 5 seconds
      </label>
      <p>
        <button type="submit">Save</button>
      </p>
    </form>
  );
}

function Logins({ logins }: { logins: readonly LoginRow[] }) {
  return (
    <section class="block" aria-labelledby="logins-title">
      <h2 id="logins-title">Where you are logged in</h2>
      <ul class="logins">
        {logins.map((login) => (
          <li>
            <span>
              since <Time micros={login.createdMicros} style="from" />
              {login.current ? <strong> · this browser</strong> : null}
              <span class="small">
                {" "}
                last used <Time micros={login.lastUsedMicros} style="past" />
              </span>
            </span>
            {login.current ? null : (
              <form method="post" action={`/account/sessions/${encodeURIComponent(login.id)}/end`}>
                <button type="submit">
                  End
                  <span class="sr">
                    {" "}
                    the login since <Time micros={login.createdMicros} style="from" />
                  </span>
                </button>
              </form>
            )}
          </li>
        ))}
      </ul>
      <p>
        <a href="/account/password">Change password</a>
      </p>
    </section>
  );
}

function DeleteAccount({ unread, deletion }: AccountProps) {
  const waiting =
    unread === 0
      ? "You have no unread messages."
      : `You have ${unread === 1 ? "1 unread message" : `${unread} unread messages`}.`;
  return (
    <form method="post" action="/account/delete" class="block stack ending">
      <h2>Delete this account</h2>
      <p>
        <strong id="unread-named">{waiting}</strong> Deleting ends every login at once. Your name stays reserved, and
        nobody can log in with it again. What you wrote stays with those who have it, as from “deleted user”, unless you
        tick the box.
      </p>
      <input type="hidden" name="id" value={deletion.id} />
      <FieldError id="form-error" sentence={errorElsewhere(deletion.error, ["password"])} />
      <Field
        name="password"
        label="Password"
        type="password"
        autocomplete="current-password"
        error={errorAt(deletion.error, "password")}
      />
      <label class="choice">
        <input type="checkbox" name="deleteMessages" value="yes" checked={deletion.deleteMessages} />
        Delete my messages too
      </label>
      <p>
        <button type="submit" class="danger">
          Delete account
        </button>
      </p>
    </form>
  );
}

/** On a page of its own, so that the account page has one field named Password. */
export function PasswordPage({ id, error }: { id: string; error: ChatError | null }) {
  // The rules know one kind of password; which of the two fields is meant, the code tells.
  const ofCurrent = error?.code === "wrong_password" ? error.sentence : undefined;
  const ofNew = ofCurrent === undefined ? errorAt(error, "password") : undefined;
  return (
    <section class="page account">
      <BackHead title="Change password" />
      <form method="post" action="/account/password" class="block stack">
        <p>All other logins end with it.</p>
        <input type="hidden" name="id" value={id} />
        <FieldError id="form-error" sentence={errorElsewhere(error, ["password"])} />
        <Field
          name="password"
          label="Current password"
          type="password"
          autocomplete="current-password"
          autofocus
          error={ofCurrent}
        />
        <Field
          name="newPassword"
          label="New password"
          type="password"
          autocomplete="new-password"
          hint="At least 8 characters."
          error={ofNew}
        />
        <p>
          <button type="submit" class="primary">
            Change password
          </button>
        </p>
      </form>
    </section>
  );
}
