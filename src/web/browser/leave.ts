/**
 * Asks before a log-out by touch, because a thumb hits the button more easily by mistake than a pointer does, and a
 * log-out ends more than this page.
 */

/** Asks before the log-out form is sent on a touch screen. Does nothing on a page without that form. */
export function openLeave(): void {
  const form = document.querySelector<HTMLFormElement>('form[action="/logout"]');
  const dialog = document.querySelector<HTMLDialogElement>("dialog#leave");
  if (form === null || dialog === null) return;
  let isSure = false;
  form.addEventListener("submit", (event) => {
    if (isSure || !matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    dialog.returnValue = "";
    dialog.showModal();
  });
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "yes") return;
    isSure = true;
    form.requestSubmit();
  });
}
