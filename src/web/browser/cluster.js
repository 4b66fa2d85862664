/** The cluster line, the panel behind it, and the calm note when there is something to say. */

const PANEL_MS = 2000;
const SHORT_NOTE_MS = 7000;

export function openCluster({ onKept }) {
  const lineElement = document.getElementById("cluster-line");
  const panel = document.getElementById("panel");
  const note = document.getElementById("note");
  let timer = null;
  let noteTimer = null;

  const keptNow = () => ({ count: Number(lineElement?.dataset.kept ?? 0), of: Number(lineElement?.dataset.of ?? 0) });

  async function refreshPanel(swap) {
    const wasOpen = panel.querySelector("#cluster-details")?.open ?? false;
    await htmx.ajax("GET", "/cluster", { source: panel, target: panel, swap }).catch(() => {});
    // What the replica sends is closed; whoever has opened it goes on reading.
    const details = panel.querySelector("#cluster-details");
    if (details !== null) details.open = wasOpen;
  }

  async function openPanel() {
    if (panel.open) return;
    await refreshPanel("innerHTML");
    panel.showModal();
    timer = setInterval(() => void refreshPanel("innerMorph"), PANEL_MS);
  }

  lineElement?.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void openPanel();
  });
  // The browser itself puts the focus back to where it was.
  panel?.addEventListener("close", () => clearInterval(timer));
  // A click beside the sheet closes it, as people expect.
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  }

  return {
    keptNow,
    openPanel,
    /** What the replica says about the cluster. */
    show(summary) {
      if (lineElement === null) return;
      lineElement.dataset.kept = String(summary.inStep);
      lineElement.dataset.of = String(summary.configured);
      lineElement.title = summary.note;
      lineElement.dataset.level = summary.level;
      document.documentElement.classList.remove("away");
      lineElement.querySelector(".text").textContent = summary.text;
      const dots = summary.dots.map((state) => {
        const dot = document.createElement("i");
        dot.dataset.state = state;
        return dot;
      });
      lineElement.querySelector(".dots").replaceChildren(...dots);
      onKept(keptNow());
      if (panel?.open) void refreshPanel("innerMorph");
    },
    /** No replica has anything to say: the line says that instead of what was true before. */
    lose(text) {
      if (lineElement === null) return;
      lineElement.querySelector(".text").textContent = text;
      for (const dot of lineElement.querySelectorAll(".dots i")) dot.dataset.state = "unknown";
      lineElement.dataset.level = "lost";
      // Who is online is not known either.
      document.documentElement.classList.add("away");
    },
    /** A sentence under the top bar; short ones go by themselves. */
    say(text, { short = false } = {}) {
      clearTimeout(noteTimer);
      if (note === null) return;
      note.textContent = text;
      note.hidden = text === "";
      if (short) noteTimer = setTimeout(() => (note.hidden = true), SHORT_NOTE_MS);
    },
  };
}
