/** The keyboard's list, opened with "?". The keys themselves are in browser/keys.js. */

const KEYS: readonly (readonly [string, string])[] = [
  ["Enter", "Send"],
  ["Shift + Enter", "New line"],
  ["c", "Go to the text field"],
  ["n", "Write to somebody else"],
  ["Alt + ↑ / ↓", "Previous, next conversation"],
  ["↑ / ↓", "From message to message, from the first new one"],
  ["Enter, Space", "On a message: mark it read, tick it"],
  ["m", "Mark all read"],
  ["s", "Select, to delete"],
  ["p", "People"],
  ["r", "State of the cluster"],
  ["Esc", "Close; leave the selection, the text field"],
  ["?", "This list"],
];

/** The list, hidden until it is asked for. */
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
