/**
 * Log out by touch: asked first, because a thumb meets the button more easily than a pointer, and what it ends is
 * more than this page.
 */

/** Asks before the form of the log-out is sent, on a touch screen. Nothing on a page without it. */
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
