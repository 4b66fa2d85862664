/** On the account page: offers the time zone of this browser, in which "today" ends as well. */
import { required } from "./elements.ts";

/** See the top of this file. Does nothing on other pages. */
export function offerZone(root: ParentNode): void {
  const form = root.querySelector<HTMLFormElement>("#profile");
  if (form === null) return;
  const field = required<HTMLInputElement>('[name="timeZone"]', form);
  const offer = required<HTMLButtonElement>("#zone-offer", form);
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  required<HTMLInputElement>('[name="browserZone"]', form).value = zone;
  required("#zone-name", offer).textContent = zone;
  offer.hidden = zone === "" || field.value === zone;
  offer.addEventListener("click", () => {
    field.value = zone;
    offer.hidden = true;
    field.focus();
  });
  // Who chooses a day wants the status to end then.
  required('[name="day"]', form).addEventListener("input", () => {
    required<HTMLInputElement>('[name="until"][value="date"]', form).checked = true;
  });
}
