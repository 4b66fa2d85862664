/** The log-in and registration pages. They ask before the login of one user deletes the unsent messages of another. */
import { fieldOf } from "./elements.ts";
import { ask } from "./ask.ts";
import { forgetPerson, othersKept, slotOfName } from "./kept-state.ts";

const ENTERED = (cluster: string): string => `lastword-${cluster}-entered`;

/** The forms that begin a login. */
const ENTRANCES = ["/login", "/register", "/join/", "/reset/"].map((path) => `form[action^="${path}"]`).join();

/** "ann", "ann and ben". */
const listed = (names: readonly string[]): string =>
  names.map((name) => (name === "" ? "somebody else" : name)).join(" and ");

/** `cluster`: data-cluster of the page. */
export function guardEntrance(cluster: string): void {
  for (const form of document.querySelectorAll<HTMLFormElement>(ENTRANCES)) {
    let agreed = false;
    form.addEventListener("submit", (event) => {
      const typed = slotOfName(fieldOf(form, "name").value);
      const others = othersKept(cluster, "").filter(({ name }) => slotOfName(name) !== typed);
      if (agreed || others.length === 0) return;
      event.preventDefault();
      void ask({
        title: "Unsent messages in this browser",
        text: `Messages or drafts of ${listed(others.map(({ name }) => name))} were never sent from this browser. If you log in, they are deleted.`,
        yes: "Log in and delete them",
      }).then((yes) => {
        if (!yes) return;
        agreed = true;
        // Nothing is deleted before the login succeeds, because the password may be wrong.
        sessionStorage.setItem(ENTERED(cluster), "yes");
        form.requestSubmit(form.querySelector<HTMLButtonElement>("button[type=submit]"));
      });
    });
  }
}

/** On the first page of `me`: deletes what the user agreed to delete at the log-in. */
export function afterEntrance(cluster: string, me: string): void {
  try {
    if (sessionStorage.getItem(ENTERED(cluster)) === null) return;
    sessionStorage.removeItem(ENTERED(cluster));
  } catch {
    return;
  }
  for (const { user } of othersKept(cluster, me)) forgetPerson(cluster, user);
}
