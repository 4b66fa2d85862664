/** Reports of messages to those who run the chat: a part of the interface of the chat. */
import type { Answer } from "./errors.ts";
import type { ClientId, ConversationId, MessageId, UserId } from "./ids.ts";
import type { ReadAt, Session, UserView } from "./chat-service.ts";

/** A report as those who run the chat see it. */
export interface ReportView {
  readonly messageId: MessageId;
  readonly conversationId: ConversationId;
  /** Who reported it. */
  readonly by: UserView;
  readonly author: UserView;
  /** "": no reason was given. */
  readonly why: string;
  /** What the message said when it was reported; "" if its author has deleted the account with all messages. */
  readonly words: string;
  readonly timeMicros: number;
  readonly place: "direct" | "group" | "room";
  readonly isThread: boolean;
  /** Name of the room, also of a private one; "" if it is none. */
  readonly room: string;
  /** Who is in the direct or group conversation; empty for a room. */
  readonly people: readonly UserView[];
  /** The message was deleted. */
  readonly gone: boolean;
  readonly done: boolean;
  /** Who said last that it is done, or that it is not; null: nobody has. */
  readonly settledBy: UserView | null;
  readonly settledMicros: number;
  /** The list's next page begins below it. */
  readonly seq: number;
}

/** These calls fail as those of ChatService do. */
export interface ReportCalls {
  /**
   * Reports a message of somebody else to those who run the chat, once: a second report changes nothing. They see the
   * message as it is now, and where it was written, whatever the place. Errors: not_found, not_allowed (the user's own
   * message), too_long (a reason above 512 characters), invalid, slow_down (10 reports within an hour).
   */
  reportMessage(
    session: Session,
    input: { readonly messageId: MessageId; readonly why: string; readonly clientId: ClientId },
  ): Promise<Answer<null>>;
  /** Reports that wait, or those that are done, the newest first. Errors: not_allowed, invalid. */
  listReports(
    session: Session,
    input: { readonly done?: boolean; readonly beforeSeq?: number; readonly limit: number } & ReadAt,
  ): Promise<Answer<readonly ReportView[]>>;
  /** Says that a report is done, or that it is not. Errors: not_allowed, not_found. */
  settleReport(
    session: Session,
    input: {
      readonly messageId: MessageId;
      /** Id of the user who reported it. */
      readonly by: UserId;
      readonly done: boolean;
      readonly clientId: ClientId;
    },
  ): Promise<Answer<null>>;
  /** How many reports wait, up to REPORTS_COUNT_MAX; null for those who do not run the chat. */
  openReports(session: Session): number | null;
}
