/** The form about the user: what others call her, what she is at, and what time it is where she is. */
import { DISPLAY_NAME_CHARS_MAX, STATUS_CHARS_MAX } from "../../chat/bounds.ts";
import type { ChatError } from "../../chat/errors.ts";
import type { UserView } from "../../chat/chat-service.ts";
import { errorAt, errorElsewhere, Field, FieldError } from "../page/field.tsx";
import { Time } from "../page/names.tsx";
import { PostForm } from "../page/post-form.tsx";

/** When a status ends, as the form offers it: the value, and in words. "" does not end, "keep" as it was set. */
const ENDS = [
  ["", "It stays until I change it"],
  ["1800", "In 30 minutes"],
  ["3600", "In 1 hour"],
  ["14400", "In 4 hours"],
  ["today", "At the end of today"],
  ["date", "At the end of the day:"],
] as const;

/** The fields of the form, as they were typed or as they are. */
export interface ProfileForm {
  readonly id: string;
  readonly displayName: string;
  readonly emoji: string;
  readonly status: string;
  readonly until: string;
  /** YYYY-MM-DD, for an `until` of "date". */
  readonly day: string;
  readonly timeZone: string;
  readonly error: ChatError | null;
}

const FIELDS = ["displayName", "emoji", "status", "until", "timeZone"] as const;

/** The form as the user's profile fills it. */
export function profileForm(user: UserView): ProfileForm {
  const { emoji = "", text = "", untilMicros = 0 } = user.status ?? {};
  return {
    id: Bun.randomUUIDv7(),
    displayName: chosenName(user),
    emoji,
    status: text,
    until: untilMicros === 0 ? "" : "keep",
    day: "",
    timeZone: user.timeZone ?? "",
    error: null,
  };
}

/** What the user wants to be called, "" if she has not said. */
function chosenName({ name, displayName }: UserView): string {
  return name === displayName ? "" : displayName;
}

/** The fields are sent with what they were before, so that a form that was open for long changes only what was typed. */
export function ProfileBlock({ user, form }: { user: UserView; form: ProfileForm }) {
  const { error } = form;
  const was = profileForm(user);
  return (
    <PostForm action="/account/profile" class="block stack" id="profile">
      <h2>Profile</h2>
      <input type="hidden" name="id" value={form.id} />
      <input type="hidden" name="wasDisplayName" value={was.displayName} />
      <input type="hidden" name="wasEmoji" value={was.emoji} />
      <input type="hidden" name="wasStatus" value={was.status} />
      <input type="hidden" name="wasUntil" value={was.until} />
      <input type="hidden" name="wasTimeZone" value={was.timeZone} />
      <input type="hidden" name="untilMicros" value={user.status?.untilMicros ?? 0} />
      {/* The script fills it. */}
      <input type="hidden" name="browserZone" value="" />
      <FieldError id="profile-error" sentence={errorElsewhere(error, FIELDS)} />
      <Field
        name="displayName"
        label="Display name"
        value={form.displayName}
        placeholder={user.name}
        optional
        autocomplete="name"
        hint={`What others see beside your messages, at most ${DISPLAY_NAME_CHARS_MAX} characters. You log in as ${user.name}, and @${user.name} mentions you.`}
        error={errorAt(error, "displayName")}
      />
      <div class="row status-fields">
        <Field name="emoji" label="Emoji" value={form.emoji} optional error={errorAt(error, "emoji")} />
        <Field
          name="status"
          label="Status"
          value={form.status}
          placeholder="What are you doing?"
          optional
          hint={`At most ${STATUS_CHARS_MAX} characters. You can also type an emoji by its name, as in :palm_tree:.`}
          error={errorAt(error, "status")}
        />
      </div>
      <EndField user={user} form={form} />
      <ZoneField form={form} />
      <p>
        <button type="submit">Update profile</button>
      </p>
    </PostForm>
  );
}

function EndField({ user, form }: { user: UserView; form: ProfileForm }) {
  const error = errorAt(form.error, "until");
  const untilMicros = user.status?.untilMicros ?? 0;
  return (
    <fieldset class="choices ends" aria-describedby="field-until-error">
      <legend>When does the status end?</legend>
      {untilMicros === 0 ? null : (
        <label>
          <input type="radio" name="until" value="keep" checked={form.until === "keep"} />
          As it is: <Time micros={untilMicros} style="end" />
        </label>
      )}
      {ENDS.map(([value, words]) => (
        <label>
          <input type="radio" name="until" value={value} checked={form.until === value} />
          {words}
        </label>
      ))}
      <input type="date" name="day" value={form.day} aria-label="Day" />
      <FieldError id="field-until-error" sentence={error} />
    </fieldset>
  );
}

/** The script offers the zone of the browser. */
function ZoneField({ form }: { form: ProfileForm }) {
  return (
    <>
      <Field
        name="timeZone"
        label="Time zone"
        value={form.timeZone}
        placeholder="Europe/Berlin"
        optional
        hint="Others see what time it is where you are. Leave it empty to tell nobody."
        error={errorAt(form.error, "timeZone")}
      />
      <p class="hint needs-script">
        <button type="button" id="zone-offer" hidden>
          <span>
            Use <span id="zone-name" />, the time zone of this browser
          </span>
        </button>
      </p>
    </>
  );
}
