/** Links by which people create accounts: makes, lists, revokes and looks at them. */
import {
  INVITE_ROLES,
  INVITE_SECONDS,
  INVITE_SECONDS_MAX,
  INVITE_USES,
  INVITE_USES_MAX,
} from "../../base/link-terms.ts";
import { INVITE_ROOMS_MAX } from "../bounds.ts";
import { failed, type Answer, type ChatErrorCode, type Refused, type Found } from "../errors.ts";
import { tokenHash, type ClientId, type ConversationId, type InviteId, type UserId } from "../ids.ts";
import { contentOf, inviteIdOf } from "../kinds/create-invite.ts";
import { OPERATOR } from "../kinds/roles.ts";
import type { InviteUse } from "../kinds/use-invite.ts";
import { checkClientId, checkLimit } from "../limits.ts";
import type { ChatDeps } from "../ports.ts";
import { isAdmin } from "../rights.ts";
import type { InviteRow } from "../rows.ts";
import type { Reading } from "../reading.ts";
import { failedWith } from "../sentences.ts";
import type { Caller, ReadAt, Session } from "../chat-service.ts";
import type { InviteInput, InviteOffer, InviteState, InviteView, MadeInvite } from "../admin-service.ts";
import type { Views } from "../feed/views.ts";
import type { Finder } from "./finder.ts";
import { noSuchLink, type LinkTokens } from "./link-tokens.ts";
import type { Writer } from "./writer.ts";

const NEWEST = Number.MAX_SAFE_INTEGER;

const NOT_ALLOWED = "Only an admin or an owner of this chat can do this.";
const TOO_MANY = "There are too many links that can still be used. Withdraw some of them first.";

const HAS_OWNER = "Somebody has an account here already. Ask those who run this chat for an invitation link.";

const STATES: Partial<Record<ChatErrorCode, InviteState>> = {
  link_expired: "expired",
  link_used: "used up",
};

interface Terms {
  readonly usesMax: number;
  readonly seconds: number;
}

/** The calls about links. */
export class Invites {
  readonly #deps: ChatDeps;
  readonly #tokens: LinkTokens;
  readonly #writer: Writer;
  readonly #reading: Reading;
  readonly #views: Views;
  readonly #finder: Finder;

  constructor(
    deps: ChatDeps,
    parts: {
      readonly writer: Writer;
      readonly reading: Reading;
      readonly views: Views;
      readonly finder: Finder;
      readonly tokens: LinkTokens;
    },
  ) {
    this.#deps = deps;
    this.#tokens = parts.tokens;
    this.#writer = parts.writer;
    this.#reading = parts.reading;
    this.#views = parts.views;
    this.#finder = parts.finder;
  }

  async createInvite(
    session: Session,
    input: InviteInput & { readonly clientId: ClientId },
  ): Promise<Answer<MadeInvite>> {
    const clientId = checkClientId(input.clientId);
    return clientId.ok ? await this.#make(session.userId, clientId.value, input) : clientId;
  }

  async makeAsOperator(input: InviteInput): Promise<Answer<MadeInvite>> {
    return await this.#make(OPERATOR, crypto.randomUUID(), input);
  }

  /** The token with which the first account is made. Error: link_used, once somebody has an account. */
  async ownerToken(): Promise<Answer<string>> {
    if (this.#hasPeople()) return hasOwner();
    // The account may have been made at another replica a moment ago.
    const asked = await this.#reading.catchUp();
    if (asked !== "caught up") return asked;
    return this.#hasPeople() ? hasOwner() : this.#reading.ok(this.#tokens.ofOwner());
  }

  #hasPeople(): boolean {
    return this.#deps.queries().admin.hasPeople();
  }

  async #make(by: UserId, clientId: ClientId, input: InviteInput): Promise<Answer<MadeInvite>> {
    const may = await this.#mayInvite(by);
    if (!may.ok) return may;
    const { uses: usesMax = INVITE_USES, seconds = INVITE_SECONDS } = input;
    const wrong = checkShape({ ...input, usesMax, seconds });
    if (wrong !== null) return wrong;
    const rooms = await this.#rooms(input.rooms, by);
    if (!Array.isArray(rooms)) return rooms;
    const role = INVITE_ROLES.find((one) => one === input.role)!;
    const asked = { role, rooms, usesMax, seconds };
    const token = this.#tokens.make("invite", by, clientId, contentOf(asked));
    const body = { kind: "createInvite", ...asked, tokenHash: tokenHash(token) } as const;
    const written = await this.#writer.write(by, clientId, body);
    if (!written.ok) return refusalOf(written.error.code) ?? written;
    const id = inviteIdOf({ user: by, clientId }, body);
    const now = await this.#reading.written(() => this.#deps.queries().admin.invite(id));
    return now.ok ? { ok: true, value: { invite: this.#view(now.value, by), token }, cursor: written.cursor } : now;
  }

  async #mayInvite(user: UserId): Promise<Found<true>> {
    return await this.#reading.find(
      () => user === OPERATOR || isAdmin(this.#deps.queries().role(user)),
      () => failed("not_allowed", NOT_ALLOWED),
    );
  }

  async listInvites(
    session: Session,
    input: { readonly beforeMicros?: number; readonly limit: number } & ReadAt,
  ): Promise<Answer<readonly InviteView[]>> {
    const limit = checkLimit(input.limit);
    if (!limit.ok) return limit;
    const before = input.beforeMicros ?? 0;
    if (!Number.isSafeInteger(before) || before < 0) return failedWith("invalid");
    return await this.#reading.read(input, () => {
      const queries = this.#deps.queries();
      if (!isAdmin(queries.role(session.userId))) return failed("not_allowed", NOT_ALLOWED);
      const rows = queries.admin.invites(before === 0 ? NEWEST : before, limit.value);
      return this.#reading.ok(rows.map((row) => this.#view(row, session.userId)));
    });
  }

  async revokeInvite(
    session: Session,
    input: { readonly id: InviteId; readonly clientId: ClientId },
  ): Promise<Answer<InviteView>> {
    const clientId = checkClientId(input.clientId);
    if (!clientId.ok) return clientId;
    const uses = this.#deps.queries().admin.inviteUses(input.id);
    const body = { kind: "revokeInvite", invite: input.id, used: uses.map(({ user }) => user) } as const;
    const written = await this.#writer.write(session.userId, clientId.value, body);
    if (!written.ok) return written.error.code === "not_found" ? noSuchLink() : written;
    const now = await this.#reading.written(() => this.#deps.queries().admin.invite(input.id));
    return now.ok ? { ok: true, value: this.#view(now.value, session.userId), cursor: written.cursor } : now;
  }

  async inviteOffer(token: string, caller: Caller): Promise<Answer<InviteOffer>> {
    const found = await this.use(token, caller);
    if (found === "owner") return this.#reading.ok({ by: null, role: "owner", rooms: [] });
    if ("ok" in found) return found;
    const { by, role, rooms } = found;
    const queries = this.#deps.queries();
    const names = rooms.map((id) => queries.rooms.room(id, by)?.row.name ?? "").filter((name) => name !== "");
    return this.#reading.ok({ by: by === OPERATOR ? null : this.#views.userById(by).name, role, rooms: names });
  }

  /** What the link with this token gives, for a registration ("owner": the first account); or why it gives nothing. */
  async use(token: string, caller: Caller): Promise<InviteUse | "owner" | Refused> {
    if (this.#tokens.isOwners(token)) return this.#hasPeople() ? hasOwner() : "owner";
    const { admin } = this.#deps.queries();
    const row = await this.#tokens.look(token, caller, (hash) => this.#deps.queries().admin.inviteByToken(hash));
    if ("ok" in row) return row;
    const refusal = admin.refusalToUse(row.id, this.#deps.clock.nowMicros());
    return refusal === null ? { id: row.id, role: row.role, rooms: row.rooms, by: row.by } : failedWith(refusal);
  }

  /** The ids of the named rooms, or the failure that says which one the user cannot see. */
  async #rooms(names: readonly string[], user: UserId): Promise<ConversationId[] | Refused> {
    const ids = new Set<ConversationId>();
    for (const name of names) {
      const room = await this.#reading.find(
        () =>
          this.#finder.roomHere(name, user) ??
          (name.trim().startsWith("#") ? null : this.#finder.roomHere(`#${name}`, user)),
        () => failed("not_found", noSuchRoom(name), { field: "rooms" }),
      );
      if (!room.ok) return room;
      ids.add(room.value.row.id);
    }
    return [...ids];
  }

  /** The link as an admin sees it. Of a private room that she is not in, she is not told the name. */
  #view(row: InviteRow, viewer: UserId): InviteView {
    const queries = this.#deps.queries();
    const { id, by, role, usesMax, createdMicros, expiresMicros } = row;
    const refusal = queries.admin.refusalToUse(id, this.#deps.clock.nowMicros());
    return {
      id,
      by: by === OPERATOR ? null : this.#views.userById(by),
      role,
      rooms: row.rooms.map((room) => queries.rooms.room(room, viewer)?.row.name ?? ""),
      uses: queries.admin.inviteUses(id).length,
      usesMax,
      createdMicros,
      expiresMicros,
      state: refusal === null ? "open" : (STATES[refusal] ?? "withdrawn"),
    };
  }
}

function checkShape({ role, rooms, usesMax, seconds }: Pick<InviteInput, "role" | "rooms"> & Terms): Refused | null {
  if (!INVITE_ROLES.some((one) => one === role))
    return failed("invalid", `A link is for a ${INVITE_ROLES.join(" or a ")}.`);
  if (role === "guest" && rooms.length === 0) {
    return failed("invalid", "A guest sees only the rooms that you name. Name at least one.", { field: "rooms" });
  }
  if (rooms.length > INVITE_ROOMS_MAX) {
    return failed("too_long", `Name at most ${INVITE_ROOMS_MAX} rooms.`, { field: "rooms" });
  }
  if (!isBetween(usesMax, INVITE_USES_MAX)) {
    return failed("invalid", `A link can be used 1 to ${INVITE_USES_MAX} times.`, { field: "uses" });
  }
  if (!isBetween(seconds, INVITE_SECONDS_MAX)) {
    return failed("invalid", "A link can be valid for up to a year.", { field: "expires" });
  }
  return null;
}

function isBetween(count: number, max: number): boolean {
  return Number.isInteger(count) && count >= 1 && count <= max;
}

function noSuchRoom(name: string): string {
  const quoted = Array.from(name.trim().replace(/^#/, "")).slice(0, 64).join("");
  return `There is no room “${quoted}”, or you may not see it.`;
}

/** The refusal of the link with which the first account was made. */
export function hasOwner(): Refused {
  return failed("link_used", HAS_OWNER);
}

function refusalOf(code: ChatErrorCode): Refused | null {
  if (code === "not_allowed") return failed("not_allowed", NOT_ALLOWED);
  if (code === "too_many") return failed("too_many", TOO_MANY);
  return null;
}
