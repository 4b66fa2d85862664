/** Asks whether this browser may show notifications, once, and not before one could not be shown. */
import { required } from "./elements.ts";
import { isDone, setDone } from "./once.ts";

const ANSWERED = "notify-offer";

/** Shows the question. Browsers ask their own only after a click. */
export function offerNotifications(): void {
  // It is gone after the answer, and a page of the version before has none.
  const offer = document.querySelector<HTMLElement>("#notify-offer");
  if (offer === null || !offer.hidden || !isSecureContext || isDone(ANSWERED)) return;
  const answered = (): void => {
    setDone(ANSWERED);
    offer.remove();
  };
  required("[value=yes]", offer).addEventListener("click", () => {
    void Notification.requestPermission().then(answered);
  });
  required("[value=no]", offer).addEventListener("click", answered);
  offer.hidden = false;
}
