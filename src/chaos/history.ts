/**
 * What people observed during one run of chaos, as plain records: what they sent and the answers,
 * what they read, what their streams brought, and what every replica showed in the end. The
 * checks use nothing else. Times are ms since the start of the run, on one monotonic clock.
 */

/** The outcome of a request for its client. `unknown`: it may have taken effect, at most once. */
export type Ending = "acknowledged" | "unknown" | "refused";

/** One message, in the conversation of its author with the next person. */
export interface Send {
  /** `<author id>-<client id>`, known before it is sent. */
  readonly id: string;
  /** Index of the author, who is the only person that writes in this conversation. */
  readonly author: number;
  readonly body: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly ending: Ending;
  /** The seq in the cursor of the acknowledgement; 0 without an acknowledgement. */
  readonly seq: number;
  /** Address of the replica that acknowledged the message; "" without an acknowledgement. */
  readonly by: string;
  /** The outcome of its deletion; null if the author did not delete it. */
  deletion: Ending | null;
}

/** One page with the newest messages of a conversation, as it was read during the run. */
export interface Read {
  /** Index of the author of the conversation. */
  readonly author: number;
  /** `own`: the author read at or after the last acknowledged cursor. `latest`: the other person read with LATEST. */
  readonly kind: "own" | "latest";
  readonly address: string;
  readonly startedAt: number;
  readonly endedAt: number;
  /** Ids, oldest first. */
  readonly found: readonly string[];
  /** The page was full, so older messages may be missing. */
  readonly full: boolean;
}

/** One response of a subscription, reduced to what the checks need. */
export type StreamEvent =
  | { readonly kind: "ready" | "reset"; readonly seq: number }
  /** `seq` is the seq of the response's cursor. */
  | { readonly kind: "message"; readonly seq: number; readonly id: string; readonly author: number };

/** All events of one person's subscription, over all its moves. It was opened before anybody wrote. */
export interface Stream {
  /** Index of the person, who gets their own messages and those of the previous person. */
  readonly person: number;
  readonly events: StreamEvent[];
}

/** A message as a replica shows it. */
export interface Shown {
  readonly id: string;
  readonly body: string;
  readonly deleted: boolean;
}

/** What one replica showed after the run: the whole conversation of each author, oldest message first. */
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
   * From this time on there may have been two histories (after a cut in available mode), so checks
   * that rely on real time cover only what ended before. Infinity if there was one history.
   */
  readonly forkFrom: number;
}

/** The seq of a cursor (`view:seq`); -1 if the text is not a cursor. */
export function seqOf(cursor: string): number {
  const found = /:(\d{1,15})$/.exec(cursor);
  return found === null ? -1 : Number(found[1]);
}
