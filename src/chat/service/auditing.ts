/** What was done in the chat, for those who run it. */
import { failed, type Answer } from "../errors.ts";
import type { InviteId, UserId } from "../ids.ts";
import { OPERATOR } from "../kinds/roles.ts";
import { checkLimit } from "../limits.ts";
import type { ChatDeps } from "../ports.ts";
import type { Reading } from "../reading.ts";
import { isAdmin } from "../rights.ts";
import type { AuditAction, AuditEntry } from "../audit-rows.ts";
import { failedWith } from "../sentences.ts";
import type { ReadAt, Session } from "../chat-service.ts";
import type { AuditView } from "../admin-service.ts";
import type { Views } from "../feed/views.ts";

const NEWEST = Number.MAX_SAFE_INTEGER;

/** Actions whose target is a person; that of the others is a link, or nothing. */
const TO_PEOPLE: ReadonlySet<AuditAction> = new Set([
  "lateUse",
  "setRole",
  "makeReset",
  "deactivate",
  "reactivate",
  "report",
  "settleReport",
  "removeFromRoom",
  "banFromRoom",
  "unbanFromRoom",
  "setRoomRole",
]);
/** Actions whose target is a room, and those whose detail begins with one. */
const TO_ROOMS: ReadonlySet<AuditAction> = new Set(["makeRoom", "archiveRoom", "openRoom"]);
const IN_ROOMS: ReadonlySet<AuditAction> = new Set(["removeFromRoom", "banFromRoom", "unbanFromRoom", "setRoomRole"]);

/** The calls about the audit log. */
export class Auditing {
  readonly #deps: ChatDeps;
  readonly #reading: Reading;
  readonly #views: Views;

  constructor(deps: ChatDeps, parts: { readonly reading: Reading; readonly views: Views }) {
    this.#deps = deps;
    this.#reading = parts.reading;
    this.#views = parts.views;
  }

  async listAudit(
    session: Session,
    input: { readonly before?: number; readonly limit: number } & ReadAt,
  ): Promise<Answer<readonly AuditView[]>> {
    const limit = checkLimit(input.limit);
    if (!limit.ok) return limit;
    const { before = 0 } = input;
    if (!Number.isSafeInteger(before) || before < 0) return failedWith("invalid");
    return await this.#reading.read(input, () => {
      const queries = this.#deps.queries();
      if (!isAdmin(queries.role(session.userId))) {
        return failed("not_allowed", "Only an admin or an owner of this chat can see this.");
      }
      const entries = queries.admin.audit(before === 0 ? NEWEST : before, limit.value);
      return this.#reading.ok(entries.map((entry) => this.#view(entry, session.userId)));
    });
  }

  #view({ id, micros, actor, action, target, detail, recovered }: AuditEntry, viewer: UserId): AuditView {
    const isPerson = TO_PEOPLE.has(action);
    const isRoom = TO_ROOMS.has(action);
    const [inRoom = "", ...words] = detail.split(" ");
    const room = isRoom ? target : IN_ROOMS.has(action) ? inRoom : null;
    return {
      id,
      micros,
      actor: actor === OPERATOR ? null : this.#views.userById(actor),
      action,
      person: isPerson ? this.#views.userById(target as UserId) : null,
      link: isPerson || isRoom || target === "" ? null : (target as InviteId),
      // Whoever runs the chat does not learn the name of a private room by this.
      room: room === null ? null : (this.#deps.queries().rooms.room(room, viewer)?.row.name ?? ""),
      detail: IN_ROOMS.has(action) ? words.join(" ") : detail,
      recovered,
    };
  }
}
