/** Follows a thread, or stops following it. */
import type { Fact } from "../fact.ts";
import { isThreadId, type ConversationId } from "../ids.ts";
import { done, refused, type Kind } from "./kind.ts";
import { mayRead } from "./places.ts";
import { living, notLiving } from "./sessions.ts";
import { setFollow } from "./threads.ts";

export interface Follow {
  readonly kind: "follow";
  readonly thread: ConversationId;
  readonly on: boolean;
}

/** Of two ops of one user about one thread the later one counts; a reply follows as well. */
export const follow: Kind<Follow> = {
  since: 1,
  merge: "set",
  recorded: true,
  read: ({ thread, on }) => ({ kind: "follow", thread, on }),
  content: ({ thread, on }) => `${thread}\0${on ? "on" : "off"}`,

  decide(op, { thread, on }, seq, rows) {
    if (!isThreadId(thread)) return refused("not_found");
    if (!op.recovered) {
      if (living(op.user, rows) === null) return notLiving(op.user, rows);
      if (rows.conversation(thread) === null || !mayRead(thread, op.user, rows)) return refused("not_found", false);
    }
    const facts: Fact[] = [];
    setFollow({ op, seq, rows }, thread, on, facts);
    return done(facts);
  },
};
