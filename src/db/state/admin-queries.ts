/** The queries about running the chat (chat/queries.ts), over the rows that apply writes to. */
import type { ChatErrorCode } from "../../chat/errors.ts";
import type { InviteId, UserId } from "../../chat/ids.ts";
import { isGuest, knows } from "../../chat/kinds/guests.ts";
import { refusalOfReset } from "../../chat/kinds/reset-password.ts";
import { refusalToUse } from "../../chat/kinds/use-invite.ts";
import type { AdminQueries } from "../../chat/queries.ts";
import type { AuditEntry, DeactivationRow, InviteRow, InviteUseRow, ResetRow } from "../../chat/rows.ts";
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

  invites(beforeMicros: number, limit: number): readonly InviteRow[] {
    return this.#rows.invites.madeBefore(beforeMicros, limit);
  }
}
