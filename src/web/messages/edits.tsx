/** Editing a message without a script, and the texts that an edited message had. */
import type { ChatError } from "../../chat/errors.ts";
import type { MessageView, VersionView } from "../../chat/chat-service.ts";
import { errorAt, errorElsewhere, FieldError } from "../page/field.tsx";
import { Time } from "../page/names.tsx";
import { PageHead } from "../page/page-head.tsx";
import { PostForm } from "../page/post-form.tsx";
import { aboutMessage } from "./menu.tsx";

/** In the line below a message that was edited. It leads to the earlier texts. */
export function EditedMark({ message }: { message: MessageView }) {
  if (message.editedMicros === 0) return null;
  const at = new Date(message.editedMicros / 1000).toISOString();
  return (
    <a
      class="edited"
      href={aboutMessage(message, "versions")}
      title={`Edited ${at.slice(0, 10)} ${at.slice(11, 16)} UTC`}
    >
      edited
    </a>
  );
}

interface EditPageProps {
  /** Of the conversation. */
  readonly path: string;
  readonly messageId: string;
  /** Client id of the form. */
  readonly id: string;
  readonly body: string;
  readonly error: ChatError | null;
}

/** The form for another text. */
export function EditPage({ path, messageId, id, body, error }: EditPageProps) {
  const sentence = errorAt(error, "body") ?? errorElsewhere(error, ["body"]);
  return (
    <section class="page account">
      <PageHead title="Edit your message" />
      <PostForm action={`${path}/edit`} class="block stack">
        <input type="hidden" name="ids" value={messageId} />
        <input type="hidden" name="id" value={id} />
        <div class="field">
          <label for="edit-body">Message</label>
          <textarea id="edit-body" name="body" rows={6} required dir="auto" aria-describedby="edit-body-error">
            {body}
          </textarea>
          <FieldError id="edit-body-error" sentence={sentence} />
        </div>
        <p class="small">Everybody in the conversation can see what it said before.</p>
        <p class="row">
          <button type="submit" class="primary">
            Save
          </button>
          <a href={path}>Cancel</a>
        </p>
      </PostForm>
    </section>
  );
}

/** The texts of a message, the oldest first. */
export function VersionsPage({ path, versions }: { path: string; versions: readonly VersionView[] }) {
  return (
    <section class="page account">
      <PageHead title="What this message said" />
      <div class="block stack">
        <ol class="versions">
          {versions.map(({ body, timeMicros }) => (
            <li>
              <p class="small">
                <Time micros={timeMicros} style="past" />
              </p>
              <p class="quoted" dir="auto">
                {body}
              </p>
            </li>
          ))}
        </ol>
        <p class="row">
          <a href={path}>Back to the conversation</a>
        </p>
      </div>
    </section>
  );
}
