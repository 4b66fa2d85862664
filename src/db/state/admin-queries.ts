/** The queries about running the chat (chat/queries.ts), over the rows that apply writes to. */
import type { ChatErrorCode } from "../../chat/errors.ts";
import { REPORTS_COUNT_MAX } from "../../chat/bounds.ts";
import { splitMessageId, type InviteId, type UserId } from "../../chat/ids.ts";
import { isGuest, knows } from "../../chat/kinds/guests.ts";
import { refusalOfReset } from "../../chat/kinds/reset-password.ts";
import { refusalToUse } from "../../chat/kinds/use-invite.ts";
import { homeOf, placeOfRequest } from "../../chat/kinds/places.ts";
import type { AdminQueries, ReportedPlace } from "../../chat/queries.ts";
import type { ReportRow } from "../../chat/report-rows.ts";
import type { AuditEntry } from "../../chat/audit-rows.ts";
import type { DeactivationRow, InviteRow, InviteUseRow, ResetRow } from "../../chat/rows.ts";
import type { Seq } from "../../election/view.ts";
import { kindOfHome } from "./standings.ts";
import type { StateRows } from "./state-rows.ts";

/** See {@link AdminQueries}. */
export class StateAdminQueries implements AdminQueries {
  readonly #rows: StateRows;

  constructor(rows: StateRows) {
    this.#rows = rows;
  }

  hasPeople(): boolean {
    return this.#rows.firstUser() !== null;
  }

  inviteByToken(tokenHash: string): InviteRow | null {
    return this.#rows.invites.byToken(tokenHash);
  }

  invite(id: InviteId): InviteRow | null {
    return this.#rows.invites.get(id);
  }

  inviteUses(id: InviteId): readonly InviteUseRow[] {
    return this.#rows.invites.uses(id);
  }

  refusalToUse(id: InviteId, micros: number): ChatErrorCode | null {
    return refusalToUse(id, micros, this.#rows);
  }

  resetByToken(tokenHash: string): ResetRow | null {
    return this.#rows.locks.resetByToken(tokenHash);
  }

  refusalOfReset(user: UserId, micros: number): ChatErrorCode | null {
    return refusalOfReset(user, micros, this.#rows);
  }

  deactivation(user: UserId): DeactivationRow | null {
    return this.#rows.locks.deactivation(user);
  }

  knows(viewer: UserId, person: UserId): boolean {
    return knows(viewer, person, this.#rows);
  }

  isGuest(user: UserId): boolean {
    return isGuest(user, this.#rows);
  }

  audit(beforeId: number, limit: number): readonly AuditEntry[] {
    return this.#rows.audit.before(beforeId, limit);
  }

  reports(beforeSeq: Seq, limit: number, isDone: boolean): readonly ReportRow[] {
    return this.#rows.reports.before(beforeSeq, limit, isDone);
  }

  openReports(): number {
    return this.#rows.reports.countOpen(REPORTS_COUNT_MAX);
  }

  reportedPlace({ message, conversation }: ReportRow): ReportedPlace {
    const rows = this.#rows;
    const home = homeOf(conversation, rows);
    const room = rows.room(home);
    const parts = splitMessageId(message);
    const request = parts === null ? null : rows.request(parts.author, parts.clientId);
    const place = request === null ? null : placeOfRequest(request);
    const isErased = rows.user(parts?.author ?? "")?.deleted === 2;
    return {
      kind: kindOfHome(rows.conversation(home)?.kind ?? null),
      isThread: home !== conversation,
      room: room?.name ?? "",
      people: room === null ? rows.membersOf(home) : [],
      isGone: isErased || (place !== null && rows.message(place.conversation, place.seq)?.deleted !== false),
    };
  }

  invites(beforeMicros: number, limit: number): readonly InviteRow[] {
    return this.#rows.invites.madeBefore(beforeMicros, limit);
  }
}
