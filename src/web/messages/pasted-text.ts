/**
 * Text as people paste it from a terminal or a log: with the sequences that colour it there. A message cannot
 * hold them, so they are taken out before it is sent, and the person is told. Runs in the page and behind its forms.
 */
/* oxlint-disable no-control-regex -- control characters are what it looks for */

/** ESC [ ... and its one-character form: colours, cursor, keys. */
const CSI = /(?:\u001b\[|\u009b)[\u0030-\u003f]*[\u0020-\u002f]*[\u0040-\u007e]/g;
/** Commands with a text in them: window titles, links. One without an end ends with its line. */
const STRINGS =
  /(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?/g;
/** All others, two characters mostly. */
const ESCAPES = /\u001b[\u0020-\u002f]*[\u0030-\u007e]/g;
/** Bold and underlined in manual pages: a letter, back, the letter again. */
const OVERSTRUCK = /[^\n\u0008]\u0008/gu;
/** Whatever else has no place in a message; see checkBody in chat/limits.ts. */
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** A text that a message can hold, and what was taken out of it to make it one. */
export interface Cleaned {
  readonly text: string;
  readonly removed: "colours" | "controls" | null;
}

/** Line breaks become \n; control sequences and control characters go, what stands between them stays. */
export function cleanPasted(pasted: string): Cleaned {
  const lines = pasted.replaceAll(/\r\n?|\u0085/g, "\n");
  const plain = lines.replaceAll(CSI, "").replaceAll(STRINGS, "").replaceAll(ESCAPES, "");
  const text = plain.replaceAll(OVERSTRUCK, "").replaceAll(CONTROLS, "");
  return { text, removed: plain !== lines ? "colours" : text !== plain ? "controls" : null };
}

/** What the person reads about it. */
export const REMOVED_TEXT = {
  colours: "Terminal colours were removed.",
  controls: "Control characters were removed.",
} as const;
