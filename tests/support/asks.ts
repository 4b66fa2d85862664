/** Questions to the index of messages, for tests. */
import type { UserId } from "../../src/chat/ids.ts";
import type { Ask } from "../../src/search/message-search.ts";
import { termOf } from "../../src/search/terms.ts";

/** Asks for a word, anywhere and by anybody. */
export function askFor(word: string, viewer: UserId): Ask {
  return {
    viewer,
    terms: [termOf(word, false)!],
    from: [],
    in: [],
    to: [],
    thread: null,
    sinceMicros: 0,
    untilMicros: Number.MAX_SAFE_INTEGER,
    hasLink: false,
    hasFile: false,
    hasReaction: false,
    isPinned: false,
    isSaved: false,
    isUnread: false,
    beforeSeq: Number.MAX_SAFE_INTEGER,
    limit: 50,
  };
}
