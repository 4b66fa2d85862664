/** Push subscriptions: where users are called while none of their pages is open, as the rules see it: a part of Rows. */
import type { ConversationId, PushId, SessionId, UserId } from "./ids.ts";
import type { Seq } from "../election/view.ts";

/** One subscription of a user, or what is left of one that ended. */
export interface PushRow {
  readonly user: UserId;
  readonly id: PushId;
  /** False: it ended. The row stays without its secrets, so that a merge does not bring it back. */
  readonly isOn: boolean;
  /** https address at the push service; "" if it ended. */
  readonly endpoint: string;
  /** 65 bytes, base64url without padding; "" if it ended. */
  readonly p256dh: string;
  /** 16 bytes, base64url without padding; "" if it ended. */
  readonly auth: string;
  /** It ends with this session. */
  readonly session: SessionId;
  readonly device: string;
  /** Origin of the page that asked; "" for a program. */
  readonly origin: string;
  /** When nobody is called: "22:00-07:00"; "": always. */
  readonly quiet: string;
  /** IANA name, of `quiet`; "": UTC. */
  readonly timeZone: string;
  /** Of the op that made or ended it last (kinds/tags.ts). */
  readonly tag: string;
  /** Only messages above this seq are pushed to it. */
  readonly since: Seq;
  /** The first message that did not reach it and is tried again; 0: there is none. */
  readonly pending: Seq;
  /** What came of the last push: the HTTP status, or one of PUSH_WORDS; "": nothing was pushed yet. */
  readonly outcome: string;
  /** When that was. */
  readonly outcomeMicros: number;
}

/** The rows of subscriptions. */
export interface PushRows {
  of(user: UserId, id: PushId): PushRow | null;
  /** Inserts or replaces. Above PUSH_PER_USER, the row with the lowest tag goes. */
  put(row: PushRow): void;
  dropAll(user: UserId): void;
  /** Whether anybody has one. Asked all the time, so the answer comes from memory. */
  any(): boolean;
  /** Everything up to here is decided; 0 at first. */
  upTo(): Seq;
  setUpTo(seq: Seq): void;
}

/** What a message has to say to decide whom it calls. */
export interface PushedMessage {
  readonly seq: Seq;
  readonly conversation: ConversationId;
  readonly author: UserId;
  readonly timeMicros: number;
}

/** What queries find of subscriptions. */
export interface PushQueries {
  any(): boolean;
  upTo(): Seq;
  /** Those of a user that are on, by id. */
  ofUser(user: UserId): readonly PushRow[];
  of(user: UserId, id: PushId): PushRow | null;
  /** Users with one. */
  users(): ReadonlySet<UserId>;
  /** The oldest messages above a seq that are not deleted, of all conversations. */
  messagesAfter(seq: Seq, limit: number): readonly PushedMessage[];
}

/** Rows of one user. */
export const PUSH_PER_USER = 20;
export const ENDPOINT_CHARS_MAX = 1_024;
export const OUTCOME_CHARS_MAX = 32;
