/** The menu of a conversation: what the user prefers for it. It works as plain forms, without a script. */
import type { ConversationView, PreferenceChange } from "../../chat/chat-service.ts";
import type { NotifyLevel } from "../../chat/rows.ts";
import type { Fields } from "../http/fields.ts";
import { Icon } from "../page/icons.tsx";
import { PostForm } from "../page/post-form.tsx";

const LEVEL_NAMES: readonly (readonly [NotifyLevel, string])[] = [
  ["all", "All messages"],
  ["mentions", "Mentions only"],
  ["nothing", "Nothing"],
];

/** The button, and the menu that it opens. */
export function PreferencesMenu({ conversation }: { conversation: ConversationView }) {
  return (
    <>
      {/* Its fields are in the menu, which is a form of its own. */}
      <form id="go-to-day" action={`/c/${conversation.id}`} hidden />
      <details id="preferences">
        <summary title="Star, mute, notifications, go to date">
          <Icon name="more" />
          <span class="sr">Star, mute, notifications</span>
        </summary>
        <PreferencesForm conversation={conversation} />
      </details>
    </>
  );
}

/** Without a script, a choice leads back to the conversation, with the menu closed. */
function PreferencesForm({ conversation: { id, room, preferences } }: { conversation: ConversationView }) {
  const { starred, muted, level } = preferences;
  const usual = room === null ? "all" : "mentions";
  return (
    <PostForm action={`/c/${id}/preferences`}>
      <button type="submit" class="plain" name="starred" value={starred ? "no" : "yes"}>
        <Icon name="star" />
        {starred ? "Unstar" : "Star: keep it at the top of the list"}
      </button>
      <button type="submit" class="plain" name="muted" value={muted ? "no" : "yes"} aria-describedby="muted-means">
        <Icon name="muted" />
        {muted ? "Unmute" : "Mute"}
      </button>
      <p id="muted-means">
        A muted conversation is never bold and not counted, and nothing in it notifies you, not even a mention. A
        mention of you shows as a small @ in the list.
      </p>
      <fieldset>
        <legend>Notify me about</legend>
        {LEVEL_NAMES.map(([value, name]) => (
          <button
            type="submit"
            class="plain"
            name="level"
            value={value === usual ? "default" : value}
            aria-pressed={value === (level === "default" ? usual : level) ? "true" : "false"}
          >
            <Icon name="check" />
            {name}
          </button>
        ))}
      </fieldset>
      <p class="go-to-day">
        <label for="day">Go to date</label>
        <input id="day" type="date" name="on" form="go-to-day" required />
        <input type="hidden" name="zone" value="" form="go-to-day" />
        <button type="submit" form="go-to-day">
          Go
        </button>
      </p>
    </PostForm>
  );
}

/** What a form sends, and a program. */
const ON: ReadonlySet<string> = new Set(["yes", "true"]);

/** What the form asks for; null: nothing. */
export function changeOf(fields: Fields): PreferenceChange | null {
  for (const kind of ["starred", "muted"] as const) {
    if (fields.has(kind)) return { kind, on: ON.has(fields.text(kind)) };
  }
  return fields.has("level") ? { kind: "level", level: fields.text("level") } : null;
}
