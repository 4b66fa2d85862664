/** The files of messages: a picture opens in a dialog in which the arrow keys walk, and a text unfolds below its name. */
import { required } from "./elements.ts";

/** How much of a text is shown. */
const TEXT_BYTES = 32 * 1024;

const PICTURES = ".files a.picture";

/** The dialog of the pictures of one conversation (messages/files.tsx). */
class Viewer {
  readonly #dialog = required<HTMLDialogElement>("#viewer");
  readonly #image = required<HTMLImageElement>("img", this.#dialog);
  #pictures: readonly HTMLAnchorElement[] = [];
  #at = 0;

  constructor() {
    required(".earlier", this.#dialog).addEventListener("click", () => this.#walk(-1));
    required(".later", this.#dialog).addEventListener("click", () => this.#walk(1));
    this.#dialog.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      this.#walk(step);
    });
    // The backdrop belongs to the dialog; everything within it is another element.
    this.#dialog.addEventListener("click", ({ target }) => target === this.#dialog && this.#dialog.close());
    this.#dialog.addEventListener("close", () => this.#image.removeAttribute("src"));
  }

  open(picture: HTMLAnchorElement): void {
    const all = (picture.closest(".conversation") ?? document).querySelectorAll<HTMLAnchorElement>(PICTURES);
    this.#pictures = Array.from(all);
    this.#at = this.#pictures.indexOf(picture);
    this.#show();
    this.#dialog.showModal();
  }

  #walk(step: number): void {
    const to = this.#at + step;
    if (this.#pictures[to] === undefined) return;
    this.#at = to;
    this.#show();
  }

  #show(): void {
    const picture = this.#pictures[this.#at]!;
    const small = required<HTMLImageElement>("img", picture);
    // The size of the small one, so that nothing jumps; the styles enlarge both alike.
    this.#image.width = small.width;
    this.#image.height = small.height;
    this.#image.src = picture.href;
    this.#image.alt = small.alt;
    required(".name", this.#dialog).textContent = small.alt;
    required(".place", this.#dialog).textContent = `${this.#at + 1} of ${this.#pictures.length}`;
    const whole = required<HTMLAnchorElement>("a[download]", this.#dialog);
    whole.href = `${new URL(picture.href).pathname}?download=1`;
    whole.download = small.alt;
    required<HTMLButtonElement>(".earlier", this.#dialog).disabled = this.#at === 0;
    required<HTMLButtonElement>(".later", this.#dialog).disabled = this.#at === this.#pictures.length - 1;
  }
}

/** Loads the beginning of the text when it is unfolded first. */
async function unfold(details: HTMLDetailsElement): Promise<void> {
  const [text, note] = [required("pre", details), required(".part", details)];
  if (!details.open || text.textContent !== "") return;
  note.textContent = "";
  try {
    const { address = "" } = details.dataset;
    const answer = await fetch(address, { headers: { Range: `bytes=0-${TEXT_BYTES - 1}` } });
    if (!answer.ok) throw new Error(String(answer.status));
    const size = Number(answer.headers.get("content-range")?.split("/")[1] ?? 0);
    const found = await answer.text();
    const isWhole = size <= TEXT_BYTES;
    // The last line, and its last character, may be cut.
    text.textContent = isWhole ? found : found.slice(0, found.lastIndexOf("\n") + 1 || -1);
    note.textContent = isWhole ? "" : "This is the beginning.";
  } catch {
    note.textContent = "This file could not be loaded. Fold it and unfold it again.";
  }
}

/** Listens on the whole page, because rows come and go. */
export function listenToFiles(): void {
  const viewer = new Viewer();
  document.addEventListener("click", (event) => {
    const picture = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>(PICTURES) : null;
    if (picture === null || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    viewer.open(picture);
  });
  document.addEventListener(
    "toggle",
    ({ target }) => {
      if (target instanceof HTMLDetailsElement && target.matches(".text-file")) void unfold(target);
    },
    { capture: true },
  );
}
