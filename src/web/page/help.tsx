/** The list of keyboard shortcuts, which "?" opens. */
import { SHORTCUTS } from "./shortcuts.ts";

/** The list, closed until the user opens it. */
export function HelpDialog() {
  return (
    <dialog id="help" class="sheet small" aria-labelledby="help-title">
      <h2 id="help-title">Keyboard</h2>
      {SHORTCUTS.map(({ group, shortcuts }) => (
        <>
          <h3>{group}</h3>
          <dl class="keys">
            {shortcuts.map(({ shown, text }) => (
              <div>
                <dt>
                  <kbd>{shown}</kbd>
                </dt>
                <dd>{text}</dd>
              </div>
            ))}
          </dl>
        </>
      ))}
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
