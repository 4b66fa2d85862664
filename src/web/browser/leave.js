/**
 * Log out by touch: asked first, because a thumb meets the button more easily than a pointer, and what it ends is
 * more than this page.
 */

export function openLeave() {
  const form = document.querySelector('form[action="/logout"]');
  const dialog = document.getElementById("leave");
  let isSure = false;
  form?.addEventListener("submit", (event) => {
    if (isSure || !matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    dialog.returnValue = "";
    dialog.showModal();
  });
  dialog?.addEventListener("close", () => {
    if (dialog.returnValue !== "yes") return;
    isSure = true;
    form.requestSubmit();
  });
}
