/**
 * Log out, without leaving the page before it is answered: a log-out that is refused must lose neither what waits to
 * be sent nor a draft. And the end of this page when its login is not the browser's any more.
 */
import { ask } from "./ask.js";
import { rememberLeft } from "./kept-state.js";
import { isOtherLogin, post } from "./requests.js";

const count = (number, one, more) => (number === 0 ? [] : [`${number} ${number === 1 ? one : more}`]);

/** "1 message and 2 drafts", "" for nothing. */
function waitingText({ drafts, unsent }) {
  return [...count(unsent.length, "message", "messages"), ...count(Object.keys(drafts).length, "draft", "drafts")].join(
    " and ",
  );
}

/**
 * `keep()`: what was typed last becomes part of `state`. `say(text)`: a note to the person. `onLeft()`: it is answered, nothing may be kept any more. `onOther(name)`: the login is
 * somebody else's. Answers {isLeaving()}: the login ends because of this page or of another tab of hers; {takesEnd()}: see there.
 */
export function openLogOut({ cluster, me, state, keep, isLost, say, onLeft, onOther }) {
  const form = document.querySelector('form[action="/logout"]');
  const channel = typeof BroadcastChannel === "function" ? new BroadcastChannel(`lastword ${cluster} logins`) : null;
  let leaving = false;
  /** This page has asked for the end of the login, and is not answered yet. */
  let asking = false;
  let isEnded = false;
  /** Tells the other tabs of this browser, so that they do not take it for the deed of another device. */
  const tell = (message) => channel?.postMessage({ me, ...message });

  channel?.addEventListener("message", ({ data }) => {
    if (data.me === me && data.type === "leaving") leaving = data.on;
    else if (data.me !== me && data.type === "here") onOther(data.name);
  });
  tell({ type: "here", name: document.body.dataset.name });

  async function logOut() {
    keep();
    const waiting = waitingText(state);
    const text = `${waiting} of yours would be lost: not sent, and kept nowhere else.`;
    if (waiting !== "" && !(await ask({ title: "Not everything is sent", text, yes: "Log out and delete it" }))) return;
    leaving = asking = true;
    tell({ type: "leaving", on: true });
    const answer = await post("/logout", {});
    asking = false;
    if (isEnded || answer.status === 200 || answer.status === 401) {
      onLeft();
      rememberLeft(cluster, me);
      location.replace("/login");
      return;
    }
    leaving = false;
    tell({ type: "leaving", on: false });
    if (isOtherLogin(answer)) onOther(answer.json.name);
    else say(answer.json.sentence ?? "No replica answers, so you are still logged in. Try again in a moment.");
  }

  form?.addEventListener("submit", (event) => {
    // Without a replica nothing can be done; navigation.js says so.
    if (event.defaultPrevented || isLost()) return;
    event.preventDefault();
    if (!leaving) void logOut();
  });

  return {
    isLeaving: () => leaving,
    /**
     * The stream says that the login is over. True if the answer to this page's own log-out leads on: a second way to
     * the same page would load it again under what is typed there by then, and leave without forgetting her.
     */
    takesEnd() {
      isEnded ||= asking;
      return asking;
    },
  };
}

/** Instead of a page that belongs to somebody else: who is logged in now, and a way to her page. */
export function showOtherLogin(name, person) {
  const card = Object.assign(document.createElement("main"), { className: "card" });
  const heading = Object.assign(document.createElement("h1"), { textContent: `${name} is logged in now` });
  const text = Object.assign(document.createElement("p"), {
    textContent: `This page was ${person}’s. Somebody has logged in as ${name} in this browser since, so nothing more is sent from here.`,
  });
  text.setAttribute("role", "alert");
  const way = document.createElement("p");
  way.append(
    Object.assign(document.createElement("a"), {
      className: "button primary",
      href: "/",
      textContent: `Go on as ${name}`,
    }),
  );
  card.append(...document.querySelectorAll(".brand"), heading, text, way);
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  document.body.className = "alone";
  document.body.replaceChildren(card);
  document.title = `${name} is logged in now · Lastword`;
  way.firstElementChild.focus();
}
