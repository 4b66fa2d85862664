/** Ticking messages and deleting them; says first what that does to each. */
import { newId, postUntilDone } from "./requests.js";

/** `onMode(on)`: choosing has begun or is over. */
export function openSelection(roll, onMode) {
  const bar = document.getElementById("selection");
  const toggle = document.getElementById("select");
  const says = document.getElementById("selection-says");
  const section = roll.log.closest(".conversation");

  const chosen = () => Array.from(roll.list.querySelectorAll('input[name="ids"]:checked'));
  const count = (n, one, many) => (n === 1 ? one : many.replace("#", n));

  function draw() {
    const boxes = chosen();
    section.classList.toggle("has-selected", boxes.length > 0);
    const own = boxes.filter((box) => box.closest(".message").classList.contains("own")).length;
    const others = boxes.length - own;
    const parts = [];
    if (own > 0) parts.push(count(own, "1 of yours is deleted for everyone", "# of yours are deleted for everyone"));
    if (others > 0) parts.push(count(others, "1 of theirs is hidden for you", "# of theirs are hidden for you"));
    says.textContent = parts.length === 0 ? "Tick what should go." : `${parts.join(", ")}.`;
  }

  function setMode(on) {
    section.classList.toggle("selecting", on);
    toggle.setAttribute("aria-pressed", String(on));
    if (!on) for (const box of chosen()) box.checked = false;
    onMode(on);
    draw();
  }

  async function deleteChosen() {
    const ids = chosen().map((box) => box.value);
    if (ids.length === 0) {
      says.textContent = "Nothing is ticked yet.";
      return;
    }
    bar.classList.add("busy");
    const answer = await postUntilDone(bar.getAttribute("action"), { ids, id: newId() });
    bar.classList.remove("busy");
    if (answer.status !== 200) {
      says.textContent = answer.json.sentence ?? "No replica answers. Nothing was deleted; try again in a moment.";
      return;
    }
    roll.removeIds(ids);
    setMode(false);
    roll.log.focus();
  }

  const isOn = () => section.classList.contains("selecting") || section.classList.contains("has-selected");

  toggle.addEventListener("click", () => setMode(!section.classList.contains("selecting")));
  document.getElementById("select-none").addEventListener("click", () => setMode(false));
  roll.list.addEventListener("change", draw);
  // What was ticked may be deleted by somebody else meanwhile.
  new MutationObserver(() => isOn() && !bar.classList.contains("busy") && draw()).observe(roll.list, {
    childList: true,
  });
  bar.addEventListener("submit", (event) => {
    event.preventDefault();
    void deleteChosen();
  });
  draw();
  return { isOn, setMode, toggle: () => setMode(!isOn()) };
}
