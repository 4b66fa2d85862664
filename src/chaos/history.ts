/**
 * What people saw during one run of chaos, as plain records: what they sent and were told,
 * what they read, what came to them, and what every replica showed in the end. The checks
 * work on this alone. Times are ms since the start of the run, on one monotonic clock.
 */

/** How a request ended for whoever made it; `unknown`: it may have happened, once. */
export type Ending = "acknowledged" | "unknown" | "refused";

/** One message. It belongs to the conversation of its author with the next person. */
export interface Send {
  /** `<author id>-<client id>`, known before it is sent. */
  readonly id: string;
  /** Index of the author, who is the only one to write in this conversation. */
  readonly author: number;
  readonly body: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly ending: Ending;
  /** The number in the cursor of the acknowledgement; 0 without one. */
  readonly seq: number;
  /** Address of the replica that acknowledged it; "" without one. */
  readonly by: string;
  /** The author asked for its deletion, and what came of it. */
  deletion: Ending | null;
}

/** One page of a conversation as it was read during the run, newest messages only. */
export interface Read {
  /** Whose conversation: index of its author. */
  readonly author: number;
  /** `own`: by the author, at or after the cursor of the last acknowledgement. `latest`: by the other person, READ_MODE_LATEST. */
  readonly kind: "own" | "latest";
  readonly address: string;
  readonly startedAt: number;
  readonly endedAt: number;
  /** Ids, oldest first. */
  readonly found: readonly string[];
  /** The page had no room for older ones. */
  readonly full: boolean;
}

/** One response of a subscription, as far as the checks look at it. */
export type StreamEvent =
  | { readonly kind: "ready" | "reset"; readonly seq: number }
  /** `seq` is the one of the response's cursor. */
  | { readonly kind: "message"; readonly seq: number; readonly id: string; readonly author: number };

/** All that came to one person, over all moves of the subscription. Opened before anybody wrote. */
export interface Stream {
  /** Index of the person, who is told of messages of the person before and of those of their own. */
  readonly person: number;
  readonly events: StreamEvent[];
}

/** A message as a replica shows it. */
export interface Shown {
  readonly id: string;
  readonly body: string;
  readonly deleted: boolean;
}

/** What one replica showed after the run: for each author the whole conversation, oldest first. */
export interface ReplicaContent {
  readonly replica: number;
  readonly conversations: readonly (readonly Shown[])[];
}

/** `status --hash` of one replica; null if it did not answer. */
export interface ReplicaHash {
  readonly replica: number;
  readonly seq: number | null;
  readonly hash: string | null;
}

export interface History {
  readonly people: number;
  readonly sends: readonly Send[];
  readonly reads: readonly Read[];
  readonly streams: readonly Stream[];
  readonly contents: readonly ReplicaContent[];
  readonly hashes: readonly ReplicaHash[];
  /**
   * From here on two histories may have existed side by side (a cut in available mode): what
   * relies on real time is checked for what ended before. Infinity if that cannot be.
   */
  readonly forkFrom: number;
}

/** The number that a cursor (`view:seq`) stands at; -1 if it is no cursor. */
export function seqOf(cursor: string): number {
  const found = /:(\d{1,15})$/.exec(cursor);
  return found === null ? -1 : Number(found[1]);
}
