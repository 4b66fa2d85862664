/** The files of a message in its row, and what the composer needs for those of the next one. */
import { FILES_PER_MESSAGE } from "../../chat/bounds.ts";
import type { MessageView } from "../../chat/chat-service.ts";
import type { FileView } from "../../chat/files.ts";
import { Icon } from "../page/icons.tsx";
import { PostForm } from "../page/post-form.tsx";

/** The longest side of a picture in a row, in CSS pixels. */
const SHOWN_SIDE = 320;

/** "3.4 MB"; a browser's own lists say it so too. */
export function sizeText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  const [size, unit] = bytes < 1_000_000 ? [bytes / 1_000, "kB"] : [bytes / 1_000_000, "MB"];
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}

/** What a message says where only a line of it is shown; its files if it has no text. */
export function wordsOrFiles(words: string, { files }: Pick<MessageView, "files">): string {
  if (words !== "" || files.length === 0) return words;
  return files.length === 1 ? files[0]!.name : `${files.length} files`;
}

/** The files of a message, below its text. */
export function MessageFiles({ message }: { message: MessageView }) {
  if (message.files.length === 0) return null;
  return (
    <ul class="files" hx-ignore>
      {message.files.map((file, index) => (
        <li>
          <Shown file={file} address={`/files/${message.id}/${index}/${encodeURIComponent(file.name)}`} />
        </li>
      ))}
    </ul>
  );
}

function Shown({ file, address }: { file: FileView; address: string }) {
  if (file.width > 0) return <Picture file={file} address={address} />;
  if (file.type === "text/plain") return <FoldedText file={file} address={address} />;
  const card = <Card file={file} address={address} />;
  if (file.type.startsWith("video/")) {
    return (
      <>
        <video controls preload="metadata" src={address} />
        {card}
      </>
    );
  }
  if (!file.type.startsWith("audio/")) return card;
  return (
    <>
      <audio controls preload="none" src={address} />
      {card}
    </>
  );
}

/** With its size, so that nothing moves when it comes. */
function Picture({ file, address }: { file: FileView; address: string }) {
  const scale = Math.min(1, SHOWN_SIDE / Math.max(file.width, file.height));
  const size = {
    width: Math.max(1, Math.round(file.width * scale)),
    height: Math.max(1, Math.round(file.height * scale)),
  };
  return (
    <a class="picture" href={file.hasLarge ? `${address}?copy=large` : address} target="_blank" rel="noopener">
      <img
        src={file.hasSmall ? `${address}?copy=small` : address}
        {...size}
        alt={file.name}
        loading="lazy"
        decoding="async"
      />
    </a>
  );
}

function Card({ file, address }: { file: FileView; address: string }) {
  return (
    <a class="file" href={address} download={file.name}>
      <NameAndSize file={file} />
    </a>
  );
}

function NameAndSize({ file }: { file: FileView }) {
  return (
    <>
      <Icon name="clip" />
      <span class="name" dir="auto">
        {file.name}
      </span>
      <span class="size">{sizeText(file.bytes)}</span>
    </>
  );
}

/** A text or code, folded. The script loads its beginning when it is unfolded. */
function FoldedText({ file, address }: { file: FileView; address: string }) {
  return (
    <details class="text-file" data-address={address}>
      <summary class="file">
        <NameAndSize file={file} />
      </summary>
      <pre tabindex={0} dir="auto" aria-label={file.name} />
      <p class="small">
        <span class="part" role="status" />{" "}
        <a href={address} target="_blank" rel="noopener">
          Open the whole file
        </a>{" "}
        <a href={`${address}?download=1`} download={file.name}>
          Download
        </a>
      </p>
    </details>
  );
}

/** Shows the pictures of a conversation one by one, closed until the user opens one. */
export function ViewerDialog() {
  return (
    <dialog id="viewer" class="viewer" aria-label="Pictures">
      <img alt="" />
      <form method="dialog" class="row">
        <span class="name" dir="auto" />
        <span class="place" role="status" />
        <button type="button" class="earlier" title="Earlier picture (left arrow)" aria-label="Earlier picture">
          <Icon name="back" />
        </button>
        <button type="button" class="later" title="Later picture (right arrow)" aria-label="Later picture">
          <Icon name="back" />
        </button>
        <a class="button" download="">
          Download
        </a>
        <button type="submit" title="Close (Esc)" autofocus>
          Close
        </button>
      </form>
    </dialog>
  );
}

/** The button that chooses files; the script uploads them. */
export function AttachButton({ closed }: { closed: boolean }) {
  return (
    <label class="attach needs-script" title="Attach files">
      <Icon name="clip" />
      <span class="sr">Attach files</span>
      <input type="file" multiple disabled={closed} class="sr" />
    </label>
  );
}

/** Of a picture. The others are turned upright and lose what a camera wrote into them. */
const AS_IS_ABOUT = "Send the picture as a file, with the place and the camera that may be written in it";

/** Where the script shows the files of the next message. */
export function Tray({ pane }: { pane: string }) {
  return (
    <>
      <ul id={`${pane}tray`} class="tray" aria-label="Files of this message" hidden />
      {pane === "" ? (
        <template id="tray-row">
          <li>
            <span class="name" dir="auto" />
            <progress max={1} value={0} aria-label="Uploaded" />
            <span class="note" role="status" />
            <button type="button" class="plain as-is" title={AS_IS_ABOUT} aria-pressed="false" hidden>
              Original
            </button>
            <button type="button" class="plain remove" title="Remove" aria-label="Remove this file">
              <Icon name="close" />
            </button>
          </li>
        </template>
      ) : null}
    </>
  );
}

/** For browsers without scripts: files and a text, sent whole. */
export function FilesForm({ path }: { path: string }) {
  return (
    <noscript>
      <details class="files-form">
        <summary>Send files</summary>
        <PostForm action={`${path}/files`} enctype="multipart/form-data">
          <label>
            Files (at most {FILES_PER_MESSAGE}, 8 MiB together)
            <input type="file" name="file" multiple required />
          </label>
          <label>
            Text (optional)
            <input name="body" autocomplete="off" />
          </label>
          <button type="submit">Send files</button>
        </PostForm>
      </details>
    </noscript>
  );
}
