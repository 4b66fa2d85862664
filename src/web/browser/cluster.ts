/** The cluster line, the panel that it opens, and the note below the top bar. */

import { required } from "./elements.ts";
import { getText, post } from "./requests.ts";
import type { Say } from "./say.ts";

const PANEL_MS = 2000;
const SHORT_NOTE_MS = 7000;

/** The number of replicas that have saved the newest messages. */
export interface Kept {
  readonly count: number;
  readonly of: number;
}

/** What a replica says about the cluster; see cluster/cluster-line.tsx. */
export interface ClusterSummary {
  readonly inStep: number;
  readonly configured: number;
  readonly note: string;
  readonly level: string;
  readonly text: string;
  readonly dots: readonly string[];
}

/** The cluster line of a page. */
export interface ClusterLine {
  keptNow(): Kept;
  openPanel(): Promise<void>;
  /** Shows what the replica reports about the cluster. */
  show(summary: ClusterSummary): void;
  /** No replica answers, so the line shows `text` instead of what was true before. */
  lose(text: string): void;
  /** Shows a sentence below the top bar. A short one disappears by itself, and the sentence before it returns. */
  say(text: string, options?: { readonly short?: boolean; readonly tone?: Parameters<Say>[1] }): void;
}

function dotOf(state: string): HTMLElement {
  const dot = document.createElement("i");
  dot.dataset["state"] = state;
  return dot;
}

interface Panel {
  open(): Promise<void>;
  /** Does nothing if the panel is closed. */
  refresh(): void;
}

/** The panel that the line opens. On a page without a panel the line is a link to /cluster. */
function openPanelOf(dialog: HTMLDialogElement | null): Panel {
  let timer: ReturnType<typeof setInterval> | undefined;

  async function fetchInto(panel: HTMLDialogElement, swap: HtmxPiece["swap"]): Promise<void> {
    const text = await getText("/cluster");
    if (text === null) return;
    const details = (): HTMLDetailsElement | null => panel.querySelector("#cluster-details");
    // The replica sends the details closed. The reader may have opened them, even while the answer was on its way.
    const isOpen = details()?.open ?? false;
    await htmx.swap({ text, sourceElement: panel, target: panel, swap });
    const next = details();
    if (next !== null) next.open = isOpen;
  }

  // In a demo, a form of the panel kills or starts a replica. The panel stays open, and shows what becomes of it.
  dialog?.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.matches(".demo-order")) return;
    event.preventDefault();
    const fields: Record<string, string> = {};
    for (const [name, value] of new FormData(form, event.submitter))
      if (typeof value === "string") fields[name] = value;
    void post("/demo/replicas", fields).then(() => fetchInto(dialog, "innerMorph"));
  });
  // The browser itself restores the focus.
  dialog?.addEventListener("close", () => clearInterval(timer));
  return {
    async open() {
      if (dialog === null || dialog.open) return;
      await fetchInto(dialog, "innerHTML");
      dialog.showModal();
      timer = setInterval(() => void fetchInto(dialog, "innerMorph"), PANEL_MS);
    },
    refresh() {
      if (dialog?.open) void fetchInto(dialog, "innerMorph");
    },
  };
}

/** Opens the sentence below the top bar. */
function openNote(): ClusterLine["say"] {
  const note = document.getElementById("note");
  /** Runs while a short sentence is shown. */
  let timer: ReturnType<typeof setTimeout> | null = null;
  /** The sentence that stays until another one replaces it, such as "No connection". */
  let lasting = "";

  function show(text: string, tone?: Parameters<Say>[1]): void {
    if (note === null) return;
    note.textContent = text;
    note.dataset["tone"] = tone ?? "";
    note.hidden = text === "";
  }

  return (text, { short = false, tone } = {}) => {
    if (!short) lasting = text;
    // The end of what lasted does not take a short one away before it was read.
    if (text === "" && timer !== null) return;
    if (timer !== null) clearTimeout(timer);
    timer = null;
    show(text === "" ? lasting : text, tone);
    if (!short) return;
    timer = setTimeout(() => {
      timer = null;
      show(lasting);
    }, SHORT_NOTE_MS);
  };
}

/** `onKept`: called when the number of replicas that have saved everything may have changed. */
export function openCluster({ onKept }: { readonly onKept: (kept: Kept) => void }): ClusterLine {
  const lineElement = document.getElementById("cluster-line");
  const panel = openPanelOf(document.querySelector<HTMLDialogElement>("dialog#panel"));

  const keptNow = (): Kept => ({
    count: Number(lineElement?.dataset["kept"] ?? 0),
    of: Number(lineElement?.dataset["of"] ?? 0),
  });

  lineElement?.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void panel.open();
  });
  // A click outside the dialog closes it, as people expect.
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  }

  return {
    keptNow,
    openPanel: () => panel.open(),
    show(summary) {
      if (lineElement === null) return;
      lineElement.dataset["kept"] = String(summary.inStep);
      lineElement.dataset["of"] = String(summary.configured);
      lineElement.title = summary.note;
      lineElement.dataset["level"] = summary.level;
      document.documentElement.classList.remove("away");
      required(".text", lineElement).textContent = summary.text;
      required(".dots", lineElement).replaceChildren(...summary.dots.map(dotOf));
      onKept(keptNow());
      panel.refresh();
    },
    lose(text) {
      if (lineElement === null) return;
      required(".text", lineElement).textContent = text;
      for (const dot of lineElement.querySelectorAll<HTMLElement>(".dots i")) dot.dataset["state"] = "unknown";
      lineElement.dataset["level"] = "lost";
      // Nobody knows who is online either.
      document.documentElement.classList.add("away");
    },
    say: openNote(),
  };
}
