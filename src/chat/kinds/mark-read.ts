/** Single messages read. All must be visible to the reader, or nothing is marked. */
import { done, refused, type Kind } from "./kind.ts";
import { visible } from "./places.ts";
import { readSingly } from "./read-mark.ts";

export interface MarkRead {
  readonly kind: "markRead";
  /** Message ids, 1 to 500. */
  readonly ids: readonly string[];
}

/** Read on one branch is read. */
export const markRead: Kind<MarkRead> = {
  since: 1,
  merge: "max",
  recorded: true,
  read: ({ ids }) => ({ kind: "markRead", ids }),
  content: ({ ids }) => ids.join("\0"),

  decide(op, body, seq, rows) {
    const places = visible(body.ids, op, rows);
    return places === null ? refused("not_found") : done(readSingly(places, op.user, seq, rows));
  },
};
