/** What the chat offers to those who search for messages. It is part of WholeChat (admin-service.ts). */
import type { ConversationView, MessageView, ReadAt, Session } from "./chat-service.ts";
import type { Answer } from "./errors.ts";

export interface SearchInput extends ReadAt {
  /** Words, "phrases" and filters, at most 500 characters (search/query.ts). */
  readonly query: string;
  /** 1 to 200. */
  readonly limit: number;
  /** `next` of the page before; absent or 0: the first page. */
  readonly beforeSeq?: number;
  /** IANA name: in which the days of the query are. Absent: as in the user's profile, or UTC. */
  readonly timeZone?: string;
}

/** A piece of a message that a search found. */
export interface SnippetPiece {
  readonly text: string;
  /** It is what was searched for. */
  readonly isHit: boolean;
}

/** A message that a search found. */
export interface SearchHit {
  readonly message: MessageView;
  readonly conversation: ConversationView;
  readonly snippet: readonly SnippetPiece[];
}

/** A page of what a search found, the newest first. */
export interface SearchPage {
  readonly hits: readonly SearchHit[];
  /** Where the next page begins; 0: nothing follows. */
  readonly next: number;
  /** The search took too long and ended early. What follows `next` was not looked at; a narrower query finds more. */
  readonly isCut: boolean;
  /** How much of all messages the index of this replica covers, in percent; below 100, older messages may be found later. */
  readonly percent: number;
}

/** The search of messages. */
export interface SearchCalls {
  /**
   * Finds messages that the user may see, the newest first. Errors: invalid, unknown_recipient and not_found (in the
   * query, with a sentence), slow_down, not_writable (there is no index at the moment).
   */
  search(session: Session, input: SearchInput): Promise<Answer<SearchPage>>;
}
