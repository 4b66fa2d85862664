/**
 * The list of keyboard shortcuts, which "?" opens. The shortcuts themselves are in browser/app.ts and browser/keys.ts.
 */

const KEYS: readonly (readonly [string, string])[] = [
  ["Enter", "Send"],
  ["Shift + Enter", "New line"],
  ["c", "Go to the text field"],
  ["n", "New message"],
  ["Alt + ↑ / ↓", "Previous, next conversation"],
  ["↑ / ↓", "Previous, next message"],
  ["Enter", "On a message: mark it as read"],
  ["Space", "On a message: select it"],
  ["m", "Mark as read"],
  ["s", "Select messages"],
  ["p", "People"],
  ["r", "Servers"],
  ["Esc", "Close, cancel, or leave the text field"],
  ["?", "This list"],
];

/** The list, closed until the user opens it. */
export function HelpDialog() {
  return (
    <dialog id="help" class="sheet small" aria-labelledby="help-title">
      <h2 id="help-title">Keyboard</h2>
      <dl class="keys">
        {KEYS.map(([key, text]) => (
          <div>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
