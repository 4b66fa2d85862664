/** The calls with which people run the chat, and those by which others come in: a part of the interface of the chat. */
import type { SearchCalls } from "./search-service.ts";
import type { Answer } from "./errors.ts";
import type { ClientId, InviteId } from "./ids.ts";
import type { Caller, ChatService, ReadAt, Session, UserView } from "./chat-service.ts";
import type { ProfileCalls } from "./profile-service.ts";
import type { FileCalls } from "./file-service.ts";
import type { PushCalls } from "./push-service.ts";
import type { DraftCalls } from "./draft-service.ts";
import type { ReportCalls } from "./report-service.ts";
import type { KeepingCalls } from "./keeping-service.ts";
import type { AuditAction } from "./audit-rows.ts";
import type { Role } from "./rows.ts";

/** A link with which a person sets a new password. */
export interface MadeReset {
  readonly user: UserView;
  /** 43 characters, the last part of the link. No replica stores it. */
  readonly token: string;
  readonly expiresMicros: number;
}

/** The same as its visitor sees it. */
export interface ResetOffer {
  /** Whose password it is. */
  readonly name: string;
}

/** What an admin wants of a link. */
export interface InviteInput {
  /** What those who come by it are: "member" or "guest"; guests need a room. */
  readonly role: string;
  /** Rooms that they are in from the start: ids or names, at most INVITE_ROOMS_MAX. */
  readonly rooms: readonly string[];
  /** How many accounts it makes, 1 to INVITE_USES_MAX; INVITE_USES if absent. */
  readonly uses?: number;
  /** For how long it is valid, 1 to INVITE_SECONDS_MAX; INVITE_SECONDS if absent. */
  readonly seconds?: number;
}

/** "withdrawn": revoked, or whoever made it does not run the chat any more. */
export type InviteState = "open" | "withdrawn" | "expired" | "used up";

/** A link as those who run the chat see it. */
export interface InviteView {
  readonly id: InviteId;
  /** Null: an operator. */
  readonly by: UserView | null;
  readonly role: Role;
  /** Names, "" for a room that the user may not see. */
  readonly rooms: readonly string[];
  readonly uses: number;
  readonly usesMax: number;
  readonly createdMicros: number;
  readonly expiresMicros: number;
  readonly state: InviteState;
}

export interface MadeInvite {
  readonly invite: InviteView;
  /** 43 characters, the last part of the link. No replica stores it. */
  readonly token: string;
}

/** A link as its visitor sees it. */
export interface InviteOffer {
  /** The name of the person who made the link; null: an operator. */
  readonly by: string | null;
  readonly role: Role;
  /** Names of rooms. */
  readonly rooms: readonly string[];
}

/** An entry of the audit log: who did what to whom. */
export interface AuditView {
  /** Later entries have higher ids. A merge changes them. */
  readonly id: number;
  readonly micros: number;
  /** Null: an operator, by command. */
  readonly actor: UserView | null;
  readonly action: AuditAction;
  /** To whom it was done; null: to nobody else. */
  readonly person: UserView | null;
  /** The link that it is about; null: none. */
  readonly link: InviteId | null;
  /** Name of the room that it is about; "": a private room in which the user is not; null: none. */
  readonly room: string | null;
  /** Of `setRole` and `setRoomRole`: the role. */
  readonly detail: string;
  /** It was done on the other side of a split, and came by the merge. */
  readonly recovered: boolean;
}

/** These calls fail as those of ChatService do. */
interface AdminCalls {
  /**
   * Gives a person a role in this chat. An owner gives every role; an admin makes members guests or admins, and back;
   * everybody may give up a role. Errors: not_allowed, last_owner, unknown_recipient, invalid (not a role).
   */
  setRole(
    session: Session,
    input: { readonly person: string; readonly role: string; readonly clientId: ClientId },
  ): Promise<Answer<UserView>>;
  /** What the link with this token offers. Errors: not_found, link_revoked, link_expired, link_used, slow_down. */
  inviteOffer(token: string, caller: Caller): Promise<Answer<InviteOffer>>;
  /** Whose password the link with this token sets. Errors: as of `inviteOffer`, and deactivated. */
  resetOffer(token: string, caller: Caller): Promise<Answer<ResetOffer>>;
  /**
   * Sets a new password by the token of a link, ends all sessions of the user, and logs in. A repeat with the same
   * password logs in again. Errors: those of `resetOffer`, invalid and too_long (password or id).
   */
  resetPassword(
    input: { token: string; password: string; clientId: ClientId },
    caller: Caller,
  ): Promise<Answer<{ token: string; user: UserView }>>;
  /**
   * Makes a link with which a person sets a new password within 24 hours, once; an earlier one ends. An owner makes it
   * for everybody, an admin for those who are no admins or owners. A repeat is answered with the same link. Errors:
   * not_allowed, unknown_recipient, link_revoked (a repeat of a request whose link has been replaced).
   */
  createReset(
    session: Session,
    input: { readonly person: string; readonly clientId: ClientId },
  ): Promise<Answer<MadeReset>>;
  /**
   * Deactivates or reactivates the account of a person; who may do it to whom is as above. All sessions of a deactivated
   * account end; its name and messages stay. Errors: not_allowed, unknown_recipient, last_owner.
   */
  setActive(
    session: Session,
    input: { readonly person: string; readonly active: boolean; readonly clientId: ClientId },
  ): Promise<Answer<UserView>>;
  /**
   * Makes a link by which people create accounts; only admins and owners can. A repeat is answered with the same link.
   * Errors: not_allowed, not_found (a room), invalid, too_long, too_many.
   */
  createInvite(session: Session, input: InviteInput & { readonly clientId: ClientId }): Promise<Answer<MadeInvite>>;
  /** All links, the newest first. `beforeMicros`: when the last one of the page before was made. Error: not_allowed. */
  listInvites(
    session: Session,
    input: { readonly beforeMicros?: number; readonly limit: number } & ReadAt,
  ): Promise<Answer<readonly InviteView[]>>;
  /**
   * The audit log of the last 400 days, the newest entry first. `before`: id of the last entry of the page before.
   * Errors: not_allowed, invalid.
   */
  listAudit(
    session: Session,
    input: { readonly before?: number; readonly limit: number } & ReadAt,
  ): Promise<Answer<readonly AuditView[]>>;
  /** Ends a link for good. Error: not_found, also for those who do not run the chat. */
  revokeInvite(
    session: Session,
    input: { readonly id: InviteId; readonly clientId: ClientId },
  ): Promise<Answer<InviteView>>;
}

/** All calls of the chat. */
export type WholeChat = ChatService &
  AdminCalls &
  KeepingCalls &
  ProfileCalls &
  ReportCalls &
  DraftCalls &
  SearchCalls &
  FileCalls &
  PushCalls;
