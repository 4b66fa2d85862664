/** Messages of nothing but a few emoji are shown larger: by the page for what is being sent, by the server for the rest. */

/** As many as are shown larger. */
const EMOJI_MAX = 5;
/** One emoji has at most so many UTF-16 units (a family with skin colours); longer texts are not looked at. */
const UNITS_EACH_MAX = 40;

/** Browsers that are older than this kind of expression show all messages alike. */
function emojiPattern(): RegExp | null {
  try {
    return new RegExp(`^(?:\\p{RGI_Emoji}\\s*){1,${EMOJI_MAX}}$`, "v");
  } catch {
    return null;
  }
}

const FEW_EMOJI = emojiPattern();

/** True for one to five emoji, each as one sees it: a flag, a family, a thumb of any colour is one. */
export function isFewEmoji(text: string): boolean {
  return FEW_EMOJI !== null && text.length <= EMOJI_MAX * UNITS_EACH_MAX && FEW_EMOJI.test(text);
}
