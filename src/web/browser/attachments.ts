/**
 * The files that the next message will carry: chosen, pasted or dropped, and uploaded at once, in parts, each with its
 * progress and a button that cancels it. An upload goes on where it stopped when a replica dies, at whichever answers next.
 */
import { FILE_BYTES_MAX, FILES_PER_MESSAGE, UPLOAD_PART_BYTES } from "../../chat/bounds.ts";
import { copyOf, required } from "./elements.ts";
import type { CarriedFile } from "./kept-state.ts";
import { isPassing, newId, ownerHeaders, post, sleep, waitBefore } from "./requests.ts";

/** A part may take this long, on a slow link. */
const PART_MS = 60_000;
/** Tries without any progress, about half a minute. */
const TRIES_MAX = 14;

interface Attached {
  readonly row: HTMLElement;
  readonly name: string;
  /** Null for one that was uploaded for a message which was refused. */
  readonly file: File | null;
  readonly heard: Heard;
  /** Null until it is uploaded. */
  ticket: string | null;
  /** A picture keeps its bytes. */
  asIs: boolean;
  cancel: AbortController;
}

/** What somebody who adds a file is told. */
interface Heard {
  /** It is uploaded. */
  readonly onDone?: () => void;
  /** The user has removed it. */
  readonly onRemoved?: () => void;
}

interface AttachmentsInput {
  readonly form: HTMLFormElement;
  readonly field: HTMLTextAreaElement;
  readonly tray: HTMLElement;
  /** Files may be added now. */
  readonly isOpen: () => boolean;
  readonly onError: (sentence: string) => void;
}

interface PartAnswer {
  readonly size?: number;
  readonly sentence?: string;
  readonly ticket?: string;
}

export class Attachments {
  readonly #input: AttachmentsInput;
  #files: Attached[] = [];
  /** Uploads run one after another, so that the first one is done soon. */
  #busy: Promise<void> = Promise.resolve();

  constructor(input: AttachmentsInput) {
    this.#input = input;
    const { form, field } = input;
    const chooser = form.querySelector<HTMLInputElement>(".attach input");
    chooser?.addEventListener("change", () => {
      this.add(Array.from(chooser.files ?? []));
      chooser.value = "";
    });
    field.addEventListener("paste", (event) => {
      const files = Array.from(event.clipboardData?.files ?? []);
      if (files.length === 0) return;
      event.preventDefault();
      this.add(files);
    });
    const place = form.closest<HTMLElement>(".conversation") ?? form;
    place.addEventListener("dragover", (event) => {
      if (event.dataTransfer?.types.includes("Files") !== true) return;
      event.preventDefault();
      place.dataset["drop"] = "yes";
    });
    place.addEventListener("dragleave", () => delete place.dataset["drop"]);
    place.addEventListener("drop", (event) => {
      delete place.dataset["drop"];
      const files = Array.from(event.dataTransfer?.files ?? []);
      if (files.length === 0) return;
      event.preventDefault();
      this.add(files);
    });
  }

  get isEmpty(): boolean {
    return this.#files.length === 0;
  }

  /** True while one is not uploaded. */
  get isUnderWay(): boolean {
    return this.#files.some(({ ticket }) => ticket === null);
  }

  add(files: readonly File[], heard: Heard = {}): void {
    const { isOpen, onError } = this.#input;
    if (!isOpen()) return;
    const room = FILES_PER_MESSAGE - this.#files.length;
    onError(
      files.length > room ? `A message can carry ${FILES_PER_MESSAGE} files. Send the others in another one.` : "",
    );
    for (const file of files.slice(0, room)) {
      const attached = this.#show({ name: file.name, file, heard });
      if (file.size === 0) this.#fail(attached, "This file is empty.");
      else if (file.size > FILE_BYTES_MAX) this.#fail(attached, "A file can have at most 100 MiB.");
      else this.#queue(file, attached);
    }
  }

  #queue(file: File, attached: Attached): void {
    const { cancel } = attached;
    this.#busy = this.#busy.then(() => this.#upload(file, attached, cancel.signal));
  }

  /** Takes out what is uploaded, for the message that is sent now. */
  take(): readonly CarriedFile[] {
    const files = this.#files.flatMap(({ name, ticket }) => (ticket === null ? [] : [{ name, ticket }]));
    for (const attached of this.#files) attached.row.remove();
    this.#files = [];
    this.#changed();
    return files;
  }

  /** Shows those of a message that was refused. */
  putBack(files: readonly CarriedFile[]): void {
    for (const { name, ticket } of files) this.#done(this.#show({ name, file: null, heard: {} }), ticket);
  }

  #show(what: Pick<Attached, "name" | "file" | "heard">): Attached {
    const row = copyOf("tray-row");
    required(".name", row).textContent = what.name;
    const attached: Attached = { ...what, row, ticket: null, asIs: false, cancel: new AbortController() };
    required(".remove", row).addEventListener("click", () => this.#drop(attached));
    const asIs = required<HTMLButtonElement>(".as-is", row);
    asIs.hidden = what.file?.type.startsWith("image/") !== true;
    asIs.addEventListener("click", () => this.#turn(attached, asIs));
    this.#files.push(attached);
    this.#input.tray.append(row);
    this.#changed();
    return attached;
  }

  #drop(attached: Attached): void {
    attached.cancel.abort();
    attached.row.remove();
    this.#files = this.#files.filter((one) => one !== attached);
    this.#changed();
    this.#input.field.focus();
    attached.heard.onRemoved?.();
  }

  /** Uploads a picture again, with its own bytes or without what a camera wrote. */
  #turn(attached: Attached, button: HTMLButtonElement): void {
    if (attached.file === null) return;
    attached.cancel.abort();
    attached.cancel = new AbortController();
    attached.ticket = null;
    attached.asIs = !attached.asIs;
    button.ariaPressed = String(attached.asIs);
    attached.row.classList.remove("done", "failed");
    required(".note", attached.row).textContent = "";
    required("progress", attached.row).hidden = false;
    this.#queue(attached.file, attached);
  }

  #changed(): void {
    const { field, tray } = this.#input;
    tray.hidden = this.isEmpty;
    // The browser would not send a form with an empty field.
    field.required = this.isEmpty;
  }

  #fail(attached: Attached, sentence: string): void {
    attached.row.classList.add("failed");
    required("progress", attached.row).hidden = true;
    required(".note", attached.row).textContent = sentence;
  }

  #done(attached: Attached, ticket: string): void {
    attached.ticket = ticket;
    required("progress", attached.row).hidden = true;
    attached.row.classList.add("done");
    attached.heard.onDone?.();
  }

  async #upload(file: File, attached: Attached, signal: AbortSignal): Promise<void> {
    const id = newId();
    const progress = required<HTMLProgressElement>("progress", attached.row);
    let tries = 0;
    for (let size = 0; !signal.aborted;) {
      progress.value = size / file.size;
      const answer =
        size < file.size
          ? await putPart(`/uploads/${id}?offset=${size}`, file.slice(size, size + UPLOAD_PART_BYTES), signal)
          : await finish(id, file, attached.asIs);
      if (signal.aborted) break;
      if (answer.status === 200 && answer.json.ticket !== undefined) return this.#done(attached, answer.json.ticket);
      if (answer.status === 200 && answer.json.size !== undefined) {
        if (answer.json.size > size) tries = 0;
        size = answer.json.size;
        continue;
      }
      if (!isPassing(answer.status) || ++tries > TRIES_MAX) {
        return this.#fail(attached, answer.json.sentence ?? "This file could not be uploaded. Choose it again.");
      }
      await sleep(waitBefore(tries));
      // Another replica may answer now, or this one may have got more than it could say.
      size = (await sizeAt(id)) ?? size;
    }
    void post(`/uploads/${id}/drop`, {});
  }
}

async function asked(
  path: string,
  init: RequestInit,
  signal: AbortSignal,
): Promise<{ status: number; json: PartAnswer }> {
  try {
    const answer = await fetch(path, {
      ...init,
      headers: { Accept: "application/json", ...ownerHeaders() },
      signal: AbortSignal.any([signal, AbortSignal.timeout(PART_MS)]),
    });
    return { status: answer.status, json: (await answer.json().catch(() => ({}))) as PartAnswer };
  } catch {
    return { status: 0, json: {} };
  }
}

function putPart(path: string, body: Blob, signal: AbortSignal): ReturnType<typeof asked> {
  return asked(path, { method: "POST", body }, signal);
}

function finish(id: string, file: File, asIs: boolean): ReturnType<typeof asked> {
  const body = new URLSearchParams({ name: file.name, size: String(file.size), ...(asIs ? { asIs: "yes" } : {}) });
  return asked(`/uploads/${id}/done`, { method: "POST", body }, new AbortController().signal);
}

async function sizeAt(id: string): Promise<number | null> {
  const { status, json } = await asked(`/uploads/${id}`, {}, new AbortController().signal);
  return status === 200 ? (json.size ?? null) : null;
}
