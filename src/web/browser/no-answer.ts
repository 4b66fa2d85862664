/** On the page that says that no replica answers: opens the wanted address as soon as one does, here or elsewhere. */
import { findReplica } from "./replica-search.ts";

const LOOK_MS = 1000;

/** True if a replica answers at this origin: a proxy in front of dead ones answers too, but not with JSON. */
async function isBack(): Promise<boolean> {
  try {
    const answer = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(LOOK_MS) });
    return (answer.headers.get("content-type") ?? "").startsWith("application/json");
  } catch {
    return false;
  }
}

/** Listens for as long as the page is shown. */
export function openNoAnswer(page: HTMLElement): void {
  const origins = (page.dataset["origins"] ?? "").split(" ").filter((one) => one !== "");
  const look = async (): Promise<void> => {
    if (await isBack()) return location.reload();
    const other = await findReplica({ origin: location.origin, origins, parts: [], handover: {} }, false);
    // A fragment may be a login that was on its way here.
    if (other !== null) return location.replace(other + location.pathname + location.search);
    setTimeout(() => void look(), LOOK_MS);
    return undefined;
  };
  setTimeout(() => void look(), LOOK_MS);
}
