/** The list of keyboard shortcuts, which "?" opens. */
import { fixed } from "./fixed.ts";
import { SHORTCUTS } from "./shortcuts.ts";

/** The list, closed until the user opens it. */
export const HelpDialog = fixed(() => (
  <dialog id="help" class="sheet" aria-labelledby="help-title">
    {/* The focus, so that a list longer than the window is shown from its beginning. */}
    <h2 id="help-title" tabindex={-1} autofocus>
      Keyboard
    </h2>
    <div class="groups">
      {SHORTCUTS.map(({ group, shortcuts }) => (
        <section>
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
        </section>
      ))}
    </div>
    <form method="dialog">
      <button type="submit">Close</button>
    </form>
  </dialog>
));
