/** Reports of messages: the form for one, and the page on which those who run the chat read and settle them. */
import { WHY_CHARS_MAX } from "../../chat/bounds.ts";
import type { ChatError } from "../../chat/errors.ts";
import type { MessageView } from "../../chat/chat-service.ts";
import type { ReportView } from "../../chat/report-service.ts";
import { errorAt, errorElsewhere, FieldError } from "../page/field.tsx";
import { Time } from "../page/names.tsx";
import { PageHead } from "../page/page-head.tsx";
import { PostForm } from "../page/post-form.tsx";

interface ReportFormProps {
  readonly message: MessageView;
  /** Client id of the form. */
  readonly id: string;
  readonly why: string;
  readonly error: ChatError | null;
}

/** The form. It says what others will see of the message, because that may be more than they see now. */
export function ReportForm({ message, id, why, error }: ReportFormProps) {
  const path = `/c/${message.conversationId}`;
  return (
    <section class="page account">
      <PageHead title="Report this message" note={message.authorName} />
      <PostForm action={`${path}/report`} class="block stack">
        <input type="hidden" name="ids" value={message.id} />
        <input type="hidden" name="id" value={id} />
        <p class="quoted" dir="auto">
          {message.body}
        </p>
        <p>
          The administrators of this chat will see this message as it is now, who wrote it and where, and that you
          reported it, even if it is in a private room or a direct conversation that they are not in. They will see
          nothing else of that conversation.
        </p>
        <FieldError id="form-error" sentence={errorElsewhere(error, ["why"])} />
        <div class="field">
          <label for="field-why">Why? (optional)</label>
          <textarea
            id="field-why"
            name="why"
            rows={3}
            maxlength={WHY_CHARS_MAX}
            dir="auto"
            aria-describedby="field-why-error"
          >
            {why}
          </textarea>
          <FieldError id="field-why-error" sentence={errorAt(error, "why")} />
        </div>
        <p class="row">
          <button type="submit" class="danger">
            Report
          </button>
          <a href={path}>Cancel</a>
        </p>
      </PostForm>
    </section>
  );
}

/** After a report. */
export function ReportedPage({ path }: { path: string }) {
  return (
    <section class="page account">
      <PageHead title="Reported" />
      <div class="block stack">
        <p role="status">The administrators of this chat see your report now. There is nothing else to do.</p>
        <p class="row">
          <a class="button" href={path}>
            Back to the conversation
          </a>
        </p>
      </div>
    </section>
  );
}

interface ReportsProps {
  readonly reports: readonly ReportView[];
  /** The list is of those that are done. */
  readonly done: boolean;
  /** The seq below which the next page begins; null if this is the last page. */
  readonly next: number | null;
}

/** All reports that wait, or that are done. */
export function ReportsPage({ reports, done, next }: ReportsProps) {
  const query = done ? "done=1&" : "";
  return (
    <section class="page reports" aria-labelledby="reports-title">
      <PageHead
        title={done ? "Reports that are done" : "Reports"}
        id="reports-title"
        note="Messages that people told you about"
      >
        <a class="button" href="/people">
          People
        </a>
      </PageHead>
      <p class="small admin-links">
        {done ? <a href="/reports">Reports that wait</a> : <a href="/reports?done=1">Reports that are done</a>}
      </p>
      {reports.length === 0 ? <p class="empty">{done ? "None is done yet." : "No report waits for you."}</p> : null}
      <ul class="reports-list">
        {reports.map((report) => (
          <li class="block stack">
            <Report report={report} />
          </li>
        ))}
      </ul>
      {next === null ? null : (
        <p>
          <a href={`/reports?${query}before=${next}`}>Earlier reports</a>
        </p>
      )}
    </section>
  );
}

function Report({ report }: { report: ReportView }) {
  const { author, by, why, words, gone, done, settledBy, settledMicros, timeMicros } = report;
  return (
    <>
      <p>
        <strong>{by.name}</strong> reported a message of <strong>{author.name}</strong> {placeOf(report)},{" "}
        <Time micros={timeMicros} style="past" />.
      </p>
      <p class="quoted" dir="auto">
        {words === "" ? <em>The author has deleted the account with all messages.</em> : words}
      </p>
      {why === "" ? null : (
        <p dir="auto">
          <span class="small">Why:</span> {why}
        </p>
      )}
      {gone ? <p class="small">The message has been deleted.</p> : null}
      {settledBy === null ? null : (
        <p class="small">
          {done ? "Done" : "Reopened"} by {settledBy.name}, <Time micros={settledMicros} style="past" />
        </p>
      )}
      <div class="row">
        {gone ? null : (
          <PostForm action="/reports/delete">
            <input type="hidden" name="ids" value={report.messageId} />
            <input type="hidden" name="id" value={Bun.randomUUIDv7()} />
            <button type="submit" class="danger">
              Delete the message<span class="sr"> of {author.name}</span>
            </button>
          </PostForm>
        )}
        <PostForm action="/reports/settle">
          <input type="hidden" name="ids" value={report.messageId} />
          <input type="hidden" name="by" value={by.id} />
          <input type="hidden" name="done" value={done ? "no" : "yes"} />
          <input type="hidden" name="id" value={Bun.randomUUIDv7()} />
          <button type="submit">
            {done ? "Reopen" : "Done"}
            <span class="sr">: the report of {by.name}</span>
          </button>
        </PostForm>
      </div>
    </>
  );
}

/** "in a thread in #ops". */
function placeOf({ place, isThread, room, people }: ReportView): string {
  const names = people.map(({ name }) => name).join(", ");
  const home =
    place === "room"
      ? `in #${room}`
      : place === "group"
        ? `in the conversation of ${names}`
        : `in the direct conversation of ${names}`;
  return isThread ? `in a thread ${home}` : home;
}
