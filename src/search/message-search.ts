/** The port of the search: what the chat asks, and what it gets. db/search answers from its index. */
import type { ConversationId, UserId } from "../chat/ids.ts";
import type { Seq } from "../election/view.ts";
import type { Term } from "./terms.ts";

/** A question, with ids in place of names. All parts must hold. */
export interface Ask {
  readonly viewer: UserId;
  readonly terms: readonly Term[];
  /** Written by one of them; empty: by anybody. */
  readonly from: readonly UserId[];
  /** In one of these, their threads included; empty: anywhere. */
  readonly in: readonly ConversationId[];
  /** Mentions each of these, or was written to each in a direct conversation. `direct`: null for any of the viewer's. */
  readonly to: readonly { readonly user: UserId; readonly direct: ConversationId | null }[];
  /** In this thread; null: anywhere. */
  readonly thread: ConversationId | null;
  /** Written at this time or later, and before that one; microseconds since 1970. */
  readonly sinceMicros: number;
  readonly untilMicros: number;
  readonly hasLink: boolean;
  readonly hasFile: boolean;
  readonly hasReaction: boolean;
  readonly isPinned: boolean;
  readonly isSaved: boolean;
  readonly isUnread: boolean;
  /** Only messages below this seq. */
  readonly beforeSeq: Seq;
  /** 1 to 200. */
  readonly limit: number;
}

/** A message that answers the question, as the rows were a moment ago. */
export interface Place {
  readonly conversation: ConversationId;
  readonly seq: Seq;
}

/** The answer. */
export type Found =
  | {
      readonly kind: "found";
      /** The newest first. */
      readonly places: readonly Place[];
      /** What follows is below this seq; null: nothing follows. */
      readonly next: Seq | null;
      /** The search took too long and was cut short at `next`. */
      readonly isCut: boolean;
      /** How much of all messages the index covers, in percent: 100 if all. */
      readonly percent: number;
    }
  /** There is no index at the moment. `why` is a sentence for the user. */
  | { readonly kind: "unavailable"; readonly why: string }
  /** Too many questions wait. */
  | { readonly kind: "busy" };

/** Finds messages. */
export interface MessageSearch {
  /** Sees what was applied before the call, as long as the index is not being built. Never throws. */
  find(ask: Ask): Promise<Found>;
}
