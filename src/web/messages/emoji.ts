/** Shows messages of a few emoji larger. The page does it for messages being sent, the replica for all others. */

/** The most emoji that are shown larger. */
const EMOJI_MAX = 5;
/** The most UTF-16 units of one emoji (a family with skin colours). Longer texts are not tested. */
const UNITS_EACH_MAX = 40;

/** Browsers that do not support this kind of expression show all messages alike. */
function emojiPattern(): RegExp | null {
  try {
    return new RegExp(`^(?:\\p{RGI_Emoji}\\s*){1,${EMOJI_MAX}}$`, "v");
  } catch {
    return null;
  }
}

const FEW_EMOJI = emojiPattern();

/** True for one to five emoji as people count them: a flag, a family, or a thumb of any colour is one. */
export function isFewEmoji(text: string): boolean {
  return FEW_EMOJI !== null && text.length <= EMOJI_MAX * UNITS_EACH_MAX && FEW_EMOJI.test(text);
}
