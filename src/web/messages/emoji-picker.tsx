/** All emoji to choose from: a file that the script fetches once, and a page for people without a script. */
import { EMOJI_GROUPS, findEmoji, type Emoji } from "./emoji-table.ts";

/** The most that a search without a script shows. */
const FOUND_MAX = 100;

/** What the script shows in the picker. It searches in the names itself, without a request for each letter. */
export function emojiFile(): string {
  const html = (
    <>
      {EMOJI_GROUPS.map(({ name, all }) => (
        <div class="emoji-group" role="group" aria-label={name}>
          <p aria-hidden="true">{name}</p>
          {all.map(({ emoji, name: label, codes, words }) => (
            <button type="button" tabindex={-1} value={emoji} title={label} data-words={`${codes.join(" ")} ${words}`}>
              {emoji}
            </button>
          ))}
        </div>
      ))}
    </>
  );
  // The element of a synchronous component is a string object.
  return String(html as unknown as string);
}

/** The buttons of a form without a script: those that fit what was looked for, or all. */
export function EmojiButtons({ query }: { query: string }) {
  const groups = query === "" ? EMOJI_GROUPS : [{ name: "Found", all: findEmoji(query, FOUND_MAX) }];
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
