/** The button in a password's field that shows what was typed, until it is sent or the button is pressed again. */

import { required } from "./elements.ts";

/** Opens all such buttons of the page. */
export function openReveals(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("button.reveal")) {
    const input = required<HTMLInputElement>(`#${button.getAttribute("aria-controls")}`);
    const show = (on: boolean): void => {
      input.type = on ? "text" : "password";
      button.setAttribute("aria-pressed", String(on));
      button.textContent = on ? "Hide" : "Show";
    };
    button.addEventListener("click", () => {
      show(input.type === "password");
      input.focus();
    });
    // Browsers remember the text of text fields, and the page may stay open on a screen that others see.
    input.form?.addEventListener("submit", () => show(false));
  }
}
