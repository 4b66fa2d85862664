/** All emoji to choose from: where the script puts its picker, and a page for people without a script. */
import type { Emoji } from "./emoji-table.macro.ts";
import { emojiGroups, findEmoji } from "./emoji-table.ts";

/** The most that a search without a script shows. */
const FOUND_MAX = 100;

/** The buttons of a form without a script: those that fit what was looked for, or all. */
export function EmojiButtons({ query }: { query: string }) {
  const groups = query === "" ? emojiGroups() : [{ name: "Found", all: findEmoji(query, FOUND_MAX) }];
  if (groups.every(({ all }) => all.length === 0)) return <p class="empty">No emoji has this name.</p>;
  return (
    <>
      {groups.map(({ name, all }) => (
        <fieldset class="emoji-group">
          <legend>{name}</legend>
          {all.map((one) => (
            <EmojiButton one={one} />
          ))}
        </fieldset>
      ))}
    </>
  );
}

function EmojiButton({ one: { emoji, name } }: { one: Emoji }) {
  return (
    <button type="submit" name="emoji" value={emoji} title={name} aria-label={`${emoji} ${name}`}>
      {emoji}
    </button>
  );
}

/** What the script copies. Its emoji come from the file of this version. */
export function EmojiPickerTemplate({ file }: { file: string }) {
  return (
    <template id="emoji-picker">
      <div class="emoji-picker" popover="auto" role="dialog" aria-label="Emoji" data-file={file}>
        <input type="search" aria-label="Find an emoji" placeholder="Find an emoji" autocomplete="off" maxlength={40} />
        <div class="emoji-list">
          <p class="empty" role="status">
            Loading
          </p>
        </div>
        <p class="emoji-name" aria-hidden="true" />
      </div>
    </template>
  );
}
