/**
 * Cleans text that people paste from a terminal or a log, where control sequences colour it. A message cannot contain
 * them, so they are removed before it is sent, and the user is told. Runs in the page's script and at the replica for
 * its forms.
 */
/* oxlint-disable no-control-regex -- control characters are what it looks for */

/** ESC [ ... and its one-character form: colours, cursor, keys. */
const CSI = /(?:\u001b\[|\u009b)[\u0030-\u003f]*[\u0020-\u002f]*[\u0040-\u007e]/g;
/** Sequences that contain a text: window titles, links. One without an end ends with its line. */
const STRINGS =
  /(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?/g;
/** All other sequences, mostly of two characters. */
const ESCAPES = /\u001b[\u0020-\u002f]*[\u0030-\u007e]/g;
/** Bold and underlined text in manual pages: a letter, a backspace, the letter again. */
const OVERSTRUCK = /[^\n\u0008]\u0008/gu;
/** Other characters that a message cannot contain; see checkBody in chat/limits.ts. */
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** A text that a message can contain, and what was removed from it. */
export interface Cleaned {
  readonly text: string;
  readonly removed: "colours" | "controls" | null;
}

/** Removes control sequences and control characters, and keeps the text between them. Line breaks become \n. */
export function cleanPasted(pasted: string): Cleaned {
  const lines = pasted.replaceAll(/\r\n?|\u0085/g, "\n");
  const plain = lines.replaceAll(CSI, "").replaceAll(STRINGS, "").replaceAll(ESCAPES, "");
  const text = plain.replaceAll(OVERSTRUCK, "").replaceAll(CONTROLS, "");
  return { text, removed: plain !== lines ? "colours" : text !== plain ? "controls" : null };
}

/** The note for the user. */
export const REMOVED_TEXT = {
  colours: "Terminal colours were removed.",
  controls: "Control characters were removed.",
} as const;
