/**
 * Every keyboard shortcut. The help (page/help.tsx) lists this table, and the page's script (browser/keys.ts) listens to
 * it, so that neither knows a shortcut that the other lacks.
 */

interface Shortcut {
  /** The keys as people read them. */
  readonly shown: string;
  readonly text: string;
  /**
   * What each press does, by the name of its action: modifiers in the order mod, alt, shift, then the value of
   * KeyboardEvent.key. `mod` is Ctrl or Cmd. A press without mod and alt does nothing while the user is typing, except
   * Escape. Absent: the place where the shortcut works handles it.
   */
  readonly presses?: Readonly<Record<string, string>>;
}

export const SHORTCUTS = [
  {
    group: "Finding one's way",
    shortcuts: [
      {
        shown: "Ctrl or ⌘ + K, or /",
        text: "Go to a person or room, or search messages",
        presses: { "mod+k": "switch", "/": "switch" },
      },
      {
        shown: "Alt + ↑ / ↓",
        text: "Previous, next conversation",
        presses: { "alt+ArrowUp": "previous", "alt+ArrowDown": "next" },
      },
      {
        shown: "Alt + Shift + ↑ / ↓",
        text: "Previous, next unread conversation",
        presses: { "alt+shift+ArrowUp": "previousUnread", "alt+shift+ArrowDown": "nextUnread" },
      },
      { shown: "f", text: "Find in the list", presses: { f: "filter" } },
      { shown: "n", text: "New message", presses: { n: "write" } },
      { shown: "p", text: "People", presses: { p: "people" } },
      { shown: "r", text: "Servers", presses: { r: "servers" } },
      { shown: "?", text: "This list", presses: { "?": "help" } },
      { shown: "Esc", text: "Close, cancel, or leave the text field", presses: { Escape: "cancel" } },
    ],
  },
  {
    group: "In a conversation",
    shortcuts: [
      { shown: "u", text: "Go to the first unread message", presses: { u: "unread" } },
      { shown: "e", text: "Go to the newest message", presses: { e: "newest" } },
      { shown: "m", text: "Mark as read", presses: { m: "markRead" } },
      { shown: "s", text: "Select messages", presses: { s: "select" } },
      { shown: "c", text: "Go to the text field", presses: { c: "compose" } },
      { shown: "↑ / ↓", text: "Previous, next message" },
      { shown: "Enter", text: "On a message: mark it as read" },
      { shown: "Space", text: "On a message: select it" },
    ],
  },
  {
    group: "While writing",
    shortcuts: [
      { shown: "Enter", text: "Send" },
      { shown: "Shift + Enter", text: "New line; in a block of code, Enter alone" },
      { shown: "Ctrl or ⌘ + Enter", text: "Send from a block of code" },
      { shown: "Ctrl or ⌘ + B / I / E", text: "Bold, italic, code" },
      { shown: "Ctrl or ⌘ + Shift + X", text: "Crossed out" },
      { shown: "↑", text: "In the empty text field: edit your last message" },
    ],
  },
] as const satisfies readonly { readonly group: string; readonly shortcuts: readonly Shortcut[] }[];

type ValuesOf<T> = T extends Readonly<Record<string, infer Value>> ? Value : never;
type One = (typeof SHORTCUTS)[number]["shortcuts"][number];

/** What a press may do. */
export type ShortcutAction = ValuesOf<Extract<One, { readonly presses: object }>["presses"]>;

/** Every press, with what it does. */
export const PRESSES: ReadonlyMap<string, ShortcutAction> = new Map(
  SHORTCUTS.flatMap(({ shortcuts }) =>
    shortcuts.flatMap((one) => ("presses" in one ? Object.entries<ShortcutAction>(one.presses) : [])),
  ),
);
