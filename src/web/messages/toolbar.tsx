/** The buttons below the text field, for people who do not know the marks or whose keyboard lacks them. */
import { Icon, type IconName } from "../page/icons.tsx";

const FORMATS: readonly (readonly [IconName, string])[] = [
  ["bold", "Bold (Ctrl+B)"],
  ["italic", "Italic (Ctrl+I)"],
  ["strike", "Crossed out (Ctrl+Shift+X)"],
  ["code", "Code (Ctrl+E)"],
  ["block", "Block of code"],
  ["list", "List"],
  ["quote", "Quote"],
  ["link", "Link"],
];

/** The buttons. On a phone they are hidden until the toggle is pressed. */
export function Toolbar({ pane }: { pane: string }) {
  return (
    <div
      id={`${pane}formats`}
      class="formats needs-script"
      role="toolbar"
      aria-label="Formatting"
      aria-controls={`${pane}body`}
    >
      {FORMATS.map(([name, title]) => (
        <button type="button" data-format={name} title={title} aria-label={title.replace(/ \(.*/, "")}>
          <Icon name={name} />
        </button>
      ))}
    </div>
  );
}

/** Shows and hides the buttons where there is little room. */
export function ToolbarToggle({ pane }: { pane: string }) {
  return (
    <button
      type="button"
      class="format-toggle needs-script"
      aria-expanded="false"
      aria-controls={`${pane}formats`}
      aria-label="Formatting"
      title="Formatting"
    >
      <Icon name="format" />
    </button>
  );
}
