/** Reactions to a message: the chips below it, and what people choose an emoji from. */
import type { ChatError } from "../../chat/errors.ts";
import type { MessageView, ReactionView } from "../../chat/chat-service.ts";
import { EmojiButtons } from "./emoji-picker.tsx";
import { Field } from "../page/field.tsx";
import { PageHead } from "../page/page-head.tsx";
import { PostForm } from "../page/post-form.tsx";

/** What is offered first; any other emoji can be entered on the page that "More" leads to. */
const COMMON = [
  ["👍", "thumbs up"],
  ["❤️", "heart"],
  ["😂", "laughing"],
  ["🎉", "party"],
  ["😮", "surprised"],
  ["😢", "sad"],
  ["🙏", "thanks"],
  ["👀", "looking"],
] as const;

/** The page on which somebody without a script chooses an emoji; with one, a picker opens in its place. */
export function reactPath({ id, conversationId }: Pick<MessageView, "id" | "conversationId">): string {
  return `/c/${conversationId}/react?ids=${encodeURIComponent(id)}`;
}

/** "Anna, Ben and 3 more". */
function peopleOf({ names, userIds }: ReactionView): string {
  const others = userIds.length - names.length;
  return others === 0 ? names.join(", ") : `${names.join(", ")} and ${others} more`;
}

/**
 * One button for each emoji, pressed if the user chose it: a click adds or takes away. A row that is rendered for all
 * (`userId` null) names those who chose it, and the script presses the user's own.
 */
export function Chips({ message, userId }: { message: MessageView; userId: string | null }) {
  if (message.reactions.length === 0) return null;
  return (
    <p class="chips">
      {message.reactions.map((reaction) => {
        const { emoji, userIds } = reaction;
        const isOwn = userId !== null && userIds.includes(userId);
        const people = peopleOf(reaction);
        return (
          <button
            class="chip"
            type="submit"
            form="reacting"
            formaction={`/c/${message.conversationId}/${isOwn ? "unreact" : "react"}?emoji=${encodeURIComponent(emoji)}`}
            name="ids"
            value={message.id}
            title={people}
            aria-label={`${emoji} ${userIds.length}: ${people}`}
            aria-pressed={isOwn ? "true" : "false"}
            data-emoji={emoji}
            data-by={userIds.join(" ")}
          >
            {emoji} {userIds.length}
          </button>
        );
      })}
    </p>
  );
}

/** Common emoji, and a link to all others. */
export function Picker() {
  return (
    <div class="picker" role="group" aria-label="Choose a reaction">
      {COMMON.map(([emoji, name]) => (
        <button type="button" value={emoji} title={name} aria-label={`${emoji} ${name}`}>
          {emoji}
        </button>
      ))}
      <a href="">More</a>
    </div>
  );
}

interface ReactPageProps {
  /** Of the conversation. */
  readonly path: string;
  readonly messageId: string;
  readonly typed: string;
  /** What was looked for; "" for all. */
  readonly query: string;
  /** Why what was typed is not added; null: nothing was. */
  readonly error: ChatError | null;
}

/**
 * The page that "More" leads to, and "Add a reaction" without a script. Its forms carry no id, because to do the same
 * twice changes nothing, and a user who comes back to the page chooses something else.
 */
export function ReactPage({ path, messageId, typed, query, error }: ReactPageProps) {
  return (
    <section class="page account">
      <PageHead title="Add a reaction" />
      <PostForm action={`${path}/react`} class="block picker">
        <input type="hidden" name="ids" value={messageId} />
        {COMMON.map(([emoji, name]) => (
          <button type="submit" name="emoji" value={emoji} title={name} aria-label={`${emoji} ${name}`}>
            {emoji}
          </button>
        ))}
      </PostForm>
      <form method="get" action={`${path}/react`} class="block stack">
        <input type="hidden" name="ids" value={messageId} />
        <Field name="q" label="Find an emoji" value={query} />
        <button type="submit">Find</button>
      </form>
      <PostForm action={`${path}/react`} class="block">
        <input type="hidden" name="ids" value={messageId} />
        <EmojiButtons query={query} />
      </PostForm>
      <PostForm action={`${path}/react`} class="block stack">
        <input type="hidden" name="ids" value={messageId} />
        <Field name="emoji" label="Another emoji" value={typed} error={error?.sentence} />
        <p class="row">
          <button type="submit" class="primary">
            Add
          </button>
          <a href={path}>Back to the conversation</a>
        </p>
      </PostForm>
    </section>
  );
}
