/** What a thread has beside its replies: its root, and the button that follows it. */
import { required } from "./elements.ts";
import { newId, postUntilDone } from "./requests.ts";

const NOT_DONE = "No connection, so nothing was changed. Try again in a moment.";

/** How long changes of threads are gathered before the page Threads is fetched again. */
const THREADS_MS = 500;

let threadsTimer: ReturnType<typeof setTimeout> | undefined;

/** Fetches the page Threads again, if it is open. */
export function refreshThreads(): void {
  if (document.getElementById("threads") === null) return;
  threadsTimer ??= setTimeout(() => {
    threadsTimer = undefined;
    const piece = { source: "#threads", target: "#threads", select: "#threads", swap: "outerMorph" } as const;
    void htmx.ajax("GET", location.pathname + location.search, piece).catch(() => {});
  }, THREADS_MS);
}

/** The thread on the page; null if there is none. */
export const threadOn = (main: ParentNode): HTMLElement | null =>
  main.querySelector<HTMLElement>(".conversation.thread");

/** True for the path of a thread. */
export const isThreadPath = (path: string): boolean => path.startsWith("/c/t_");

/** The row of the root in its conversation is otherwise now: the thread shows its words. */
export function showRoot(row: HTMLElement): void {
  const root = document.getElementById("thread-root");
  const body = row.querySelector(".body");
  if (root === null || body === null || root.dataset["root"] !== row.dataset["id"]) return;
  root.querySelector(".body")?.replaceWith(body.cloneNode(true));
}

/** Follows the thread, or stops, without leaving the page. `say` shows a note. */
export function openFollow(section: HTMLElement, say: (text: string) => void): void {
  const form = section.querySelector<HTMLFormElement>("#thread-follow");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    void follow(form, say);
  });
}

async function follow(form: HTMLFormElement, say: (text: string) => void): Promise<void> {
  const button = required("button", form);
  const isFollowed = button.getAttribute("aria-pressed") === "true";
  const answer = await postUntilDone(form.getAttribute("action") ?? "", { id: newId() });
  if (answer.status !== 200) return say(answer.json.sentence ?? NOT_DONE);
  showFollowed(form, !isFollowed);
}

function showFollowed(form: HTMLFormElement, isFollowed: boolean): void {
  form.hidden = false;
  const button = required("button", form);
  button.setAttribute("aria-pressed", String(isFollowed));
  required("span", button).textContent = isFollowed ? "Following" : "Follow";
  form.action = (form.getAttribute("action") ?? "").replace(/\w+$/, isFollowed ? "unfollow" : "follow");
}

/** A reply follows the thread, so the button says so. The first one brings the button. */
export function followedByReply(section: HTMLElement): void {
  const form = section.querySelector<HTMLFormElement>("#thread-follow");
  if (form !== null) showFollowed(form, true);
}
