/** Mentions in a message: how they are shown, whom they call, and what its author learns of those who are not called. */
import type { MentionView, MessageView } from "../../chat/chat-service.ts";
import { isRoomId } from "../../chat/ids.ts";
import { HERE, namesAt, ROOM, signsIn } from "../../chat/mention-text.ts";
import { PostForm } from "../page/post-form.tsx";

/** For so long the author is told who was not called. Later the note would be about people who have left since. */
const NOTE_MICROS = 3600e6;

/** How many of those who were not called are named; the others are counted. */
const NAMED_MAX = 3;

/** Ids of those whom the message calls, for the script, which marks the rows that call the user. */
export function calledBy({ mentions }: Pick<MessageView, "mentions">): readonly string[] {
  return mentions.flatMap(({ userId, silent }) => (silent || userId === HERE ? [] : [userId]));
}

/** Whether the message calls this user. Its author is not called. */
export function callsUser(message: Pick<MessageView, "mentions" | "authorId">, userId: string): boolean {
  if (message.authorId === userId) return false;
  const called = calledBy(message);
  return called.includes(userId) || called.includes(ROOM);
}

const loose = (name: string): string => name.normalize("NFKC").toLowerCase();

/**
 * How the texts of a message become HTML, in which its mentions show the name that the person has now. Null: there are
 * none. `data-mention` is an id, by which the script finds the mentions of its user.
 */
export function mentionsHtml(mentions: readonly MentionView[], userId: string): ((text: string) => string) | null {
  const known = new Map(mentions.flatMap((mention) => (mention.text === "" ? [] : [[loose(mention.text), mention]])));
  if (known.size === 0) return null;
  return (text) => {
    let html = "";
    let done = 0;
    for (const sign of signsIn(text)) {
      const name = namesAt(sign).find((one) => known.has(loose(one)));
      if (name === undefined) continue;
      html += Bun.escapeHTML(text.slice(done, sign.index)) + mentionHtml(known.get(loose(name))!, userId);
      done = sign.index + sign.lead + name.length;
    }
    return html + Bun.escapeHTML(text.slice(done));
  };
}

function mentionHtml({ userId: id, name, displayName, silent }: MentionView, userId: string): string {
  const look = `mention${silent ? " silent" : ""}${id === userId ? " me" : ""}`;
  const shown = `@${Bun.escapeHTML(displayName)}`;
  if (id === ROOM || id === HERE) return `<span class="${look}">${shown}</span>`;
  const title = displayName === name ? "" : ` title="@${Bun.escapeHTML(name)}"`;
  // Nobody writes to herself.
  const link = id === userId ? "" : ` href="/?to=${encodeURIComponent(name)}"`;
  return `<a class="${look}"${link} data-mention="${Bun.escapeHTML(id)}"${title}>${shown}</a>`;
}

/** "Eve", "Eve and Dan", "Eve, Dan, Fay and 2 others". */
export function listed(names: readonly string[]): string {
  const named = names.slice(0, NAMED_MAX);
  const others = names.length - named.length;
  if (others > 0) named.push(`${others} ${others === 1 ? "other" : "others"}`);
  const last = named.pop() ?? "";
  return named.length === 0 ? last : `${named.join(", ")} and ${last}`;
}

/** Tells the author who cannot see the message, and offers to invite them; the styles hide it from everybody else. */
export function NotCalled({ message }: { message: MessageView }) {
  const outside = message.mentions.filter((mention) => mention.outside && !mention.silent);
  if (outside.length === 0 || message.timeMicros < Date.now() * 1000 - NOTE_MICROS) return null;
  const names = outside.map(({ name }) => name);
  const called = outside.map(({ displayName }) => displayName);
  const one = names.length === 1;
  return (
    <p class="not-called">
      {isRoomId(message.conversationId) ? (
        <>
          {listed(called)} {one ? "is" : "are"} not in this room and {one ? "was" : "were"} not notified.{" "}
          <button
            class="plain"
            type="submit"
            form="inviting"
            formaction={`/rooms/${message.conversationId}/invite`}
            name="people"
            value={names.join(" ")}
          >
            Invite
          </button>
        </>
      ) : (
        `${listed(called)} cannot see this conversation and ${one ? "was" : "were"} not notified.`
      )}
    </p>
  );
}

/** The form of the buttons above. It leads back to the conversation. */
export function InvitingForm() {
  return (
    <PostForm id="inviting" hidden>
      <input type="hidden" name="from" value="conversation" />
    </PostForm>
  );
}
