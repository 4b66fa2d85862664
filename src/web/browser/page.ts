/** The script of every page. Every page works without it. */
import { App } from "./app.ts";
import { openCopyButtons } from "./copy.ts";
import { guardEntrance } from "./entrance.ts";
import { arrive } from "./handover.ts";
import { forgetLeft, rememberLeft } from "./kept-state.ts";
import { openNoAnswer } from "./no-answer.ts";
import { renewPush } from "./push.ts";
import { openReveals } from "./reveal.ts";
import { endStatuses, localTimes } from "./times.ts";

const TIMES_MS = 30_000;

/** See http/assets.ts. */
const SHELL_WORKER = "/shell.js";

function keepTimes(): void {
  localTimes(document);
  endStatuses();
}

function openPage(): void {
  document.documentElement.classList.add("script");
  keepTimes();
  openReveals();
  openCopyButtons();
  setInterval(keepTimes, TIMES_MS);
  document.addEventListener("htmx:after:swap", keepTimes);
  // A page that the browser cached before a log-out must not be shown again.
  addEventListener("pageshow", (event) => event.persisted && location.reload());

  // Only pages at https addresses and at localhost may have one. A browser that refuses it shows its own error page.
  const { serviceWorker } = navigator as { readonly serviceWorker?: ServiceWorkerContainer };
  serviceWorker?.register(SHELL_WORKER, { updateViaCache: "none" }).catch(() => {});
  const noAnswer = document.getElementById("no-answer");
  if (noAnswer !== null) return openNoAnswer(noAnswer);

  const { me, name = "", cluster = "", carry = "", forget } = document.body.dataset;
  forgetLeft(cluster);
  const arrival = document.getElementById("arrival");
  if (arrival !== null) void arrive(arrival.dataset["next"] ?? "/");
  else if (me !== undefined) {
    void new App({ me, person: name, cluster, key: carry });
    void renewPush({ me, cluster, key: carry });
  } else {
    if (forget !== undefined) rememberLeft(cluster, forget);
    guardEntrance(cluster);
  }
}

openPage();
