/** The account page: settings, logged-in devices, password, deletion. */
import type { ChatError } from "../../chat/errors.ts";
import type { PushView } from "../../chat/push-service.ts";
import type { SessionView, UserView } from "../../chat/chat-service.ts";
import { errorAt, errorElsewhere, Field, FieldError } from "../page/field.tsx";
import { AccountName, StatusLine, Time } from "../page/names.tsx";
import { THEMES, type NoticePrefs, type Prefs, type Theme } from "../http/prefs.ts";
import { ORDERS, type Order } from "../messages/list-order.ts";
import { PageHead } from "../page/page-head.tsx";
import { PostForm } from "../page/post-form.tsx";
import { PushBlock } from "./push.tsx";
import { ProfileBlock, type ProfileForm } from "./profile.tsx";

interface AccountProps {
  readonly user: UserView;
  readonly profile: ProfileForm;
  readonly logins: readonly SessionView[];
  readonly pushKey: string;
  readonly pushes: readonly PushView[];
  readonly unread: number;
  readonly theme: Theme;
  readonly readOnSight: boolean;
  readonly order: Order;
  readonly notices: NoticePrefs;
  readonly deletion: { readonly id: string; readonly error: ChatError | null; readonly deleteMessages: boolean };
  readonly said: string | null;
}

/** The user's settings, logins, and the form that deletes the account. */
export function AccountPage(props: AccountProps) {
  return (
    <section class="page account">
      <PageHead title={props.user.displayName} note={<AccountNote user={props.user} />} />
      {props.said === null ? null : (
        <p class="said" role="status">
          {props.said}
        </p>
      )}
      <ProfileBlock user={props.user} form={props.profile} />
      <Settings theme={props.theme} readOnSight={props.readOnSight} order={props.order} notices={props.notices} />
      <PushBlock pushKey={props.pushKey} pushes={props.pushes} />
      <Logins logins={props.logins} />
      <DeleteAccount {...props} />
    </section>
  );
}

function AccountNote({ user }: { user: UserView }) {
  return (
    <span class="person-note">
      <span>Your account</span> <AccountName user={user} /> <StatusLine status={user.status} />
    </span>
  );
}

const THEME_NAMES: Readonly<Record<Theme, string>> = { auto: "System", light: "Light", dark: "Dark" };

const ORDER_NAMES: Readonly<Record<Order, string>> = { unread: "Unread first, then newest", name: "By name" };

/** What calls the user who looks elsewhere. The script says whether the browser allows it. */
function NoticeSettings({ notify, sound, quiet }: NoticePrefs) {
  const [from = "", to = ""] = quiet.split("-");
  return (
    <fieldset class="choices notices">
      <legend>Notifications in this browser</legend>
      <p class="hint">
        For each direct message and each mention of you, unless you choose otherwise in the menu of a conversation or
        mute it. The number in the title of the page counts them.
      </p>
      <label class="choice">
        <input type="checkbox" name="notify" value="yes" checked={notify} />
        Show a notification
      </label>
      <p class="hint needs-script">
        <span id="notify-state" />{" "}
        <button type="button" id="notify-ask" hidden>
          Allow notifications
        </button>
      </p>
      <label class="choice">
        <input type="checkbox" name="sound" value="yes" checked={sound} />
        Play a sound
      </label>
      <p class="row quiet">
        <label for="quiet-from">Quiet from</label>
        <input type="time" id="quiet-from" name="quietFrom" value={from} />
        <label for="quiet-to">until</label>
        <input type="time" id="quiet-to" name="quietTo" value={to} />
        <span>by the clock of this device</span>
      </p>
    </fieldset>
  );
}

function Settings({ theme, readOnSight, order, notices }: Prefs) {
  return (
    <PostForm action="/account/settings" class="block stack">
      <h2>Settings</h2>
      <fieldset class="choices">
        <legend>Appearance</legend>
        {THEMES.map((one) => (
          <label>
            <input type="radio" name="theme" value={one} checked={one === theme} />
            {THEME_NAMES[one]}
          </label>
        ))}
      </fieldset>
      <fieldset class="choices">
        <legend>Order of conversations</legend>
        {ORDERS.map((one) => (
          <label>
            <input type="radio" name="order" value={one} checked={one === order} />
            {ORDER_NAMES[one]}
          </label>
        ))}
      </fieldset>
      <label class="choice">
        <input type="checkbox" name="readOnSight" value="yes" checked={readOnSight} />
        Mark messages as read when I look at them
      </label>
      <NoticeSettings {...notices} />
      <p>
        <button type="submit">Save</button>
      </p>
    </PostForm>
  );
}

function Logins({ logins }: { logins: readonly SessionView[] }) {
  // This device comes first, because the user compares the others with it.
  const sorted = [...logins.filter((login) => login.current), ...logins.filter((login) => !login.current)];
  return (
    <section class="block" aria-labelledby="logins-title">
      <h2 id="logins-title">Logged-in devices</h2>
      <ul class="logins">
        {sorted.map((login) => (
          <Login login={login} />
        ))}
      </ul>
      <div class="row">
        {logins.length < 2 ? null : (
          <PostForm action="/account/other-sessions/end">
            <button type="submit">Log out all others</button>
          </PostForm>
        )}
        <a class="button" href="/account/password">
          Change password
        </a>
      </div>
    </section>
  );
}

function Login({ login }: { login: SessionView }) {
  const device = login.device === "" ? "unknown device" : login.device;
  const named = device[0]!.toUpperCase() + device.slice(1);
  return (
    <li>
      <span>
        <span class="device">{named}</span>
        {login.current ? <span class="tag">this device</span> : null}
        <span class="small">
          logged in <Time micros={login.createdMicros} style="from" />
          {login.current ? null : (
            <>
              {" · last used "}
              <Time micros={login.lastUsedMicros} style="past" />
            </>
          )}
        </span>
      </span>
      {login.current ? null : (
        <PostForm action={`/account/sessions/${encodeURIComponent(login.id)}/end`}>
          <button type="submit">
            Log out
            <span class="sr">
              {" "}
              {device}, logged in <Time micros={login.createdMicros} style="from" />
            </span>
          </button>
        </PostForm>
      )}
    </li>
  );
}

function DeleteAccount({ unread, deletion }: AccountProps) {
  const waiting =
    unread === 0
      ? "You have no unread messages."
      : `You have ${unread === 1 ? "1 unread message" : `${unread} unread messages`}.`;
  return (
    <PostForm action="/account/delete" class="block stack ending">
      <h2>Delete this account</h2>
      <p>
        <strong id="unread-named">{waiting}</strong> Deleting the account signs you out everywhere and cannot be undone.
        Nobody can use your name again. People you wrote to keep your messages, shown as from “deleted user”, unless you
        tick the box below.
      </p>
      <input type="hidden" name="id" value={deletion.id} />
      <FieldError id="form-error" sentence={errorElsewhere(deletion.error, ["password"])} />
      <Field
        name="password"
        label="Password"
        type="password"
        autocomplete="current-password"
        autofocus={deletion.error !== null}
        error={errorAt(deletion.error, "password")}
      />
      <label class="choice">
        <input type="checkbox" name="deleteMessages" value="yes" checked={deletion.deleteMessages} />
        Delete my messages for everyone too
      </label>
      <p>
        <button type="submit" class="danger">
          Delete account
        </button>
      </p>
    </PostForm>
  );
}

/** On a page of its own, so that the account page has one field named Password. */
export function PasswordPage({ name, id, error }: { name: string; id: string; error: ChatError | null }) {
  // The error names the field "password" in both cases; its code tells which of the two fields is wrong.
  const ofCurrent = error?.code === "wrong_password" ? error.sentence : undefined;
  const ofNew = ofCurrent === undefined ? errorAt(error, "password") : undefined;
  return (
    <section class="page account">
      <PageHead title="Change password" />
      <PostForm action="/account/password" class="block stack">
        <p>You will be logged out everywhere else.</p>
        <input type="hidden" name="id" value={id} />
        {/* Names the owner of the password. Without it a password manager stores a second entry. */}
        <input type="text" name="username" autocomplete="username" value={name} hidden readonly />
        <FieldError id="form-error" sentence={errorElsewhere(error, ["password"])} />
        <Field
          name="password"
          label="Current password"
          type="password"
          autocomplete="current-password"
          autofocus={ofNew === undefined}
          error={ofCurrent}
        />
        <Field
          name="newPassword"
          label="New password"
          type="password"
          autocomplete="new-password"
          autofocus={ofNew !== undefined}
          hint="At least 8 characters."
          error={ofNew}
        />
        <p>
          <button type="submit" class="primary">
            Change password
          </button>
        </p>
      </PostForm>
    </section>
  );
}
