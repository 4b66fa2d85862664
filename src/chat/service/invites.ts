/** Links by which people create accounts: makes, lists, revokes and looks at them. */
import { isLoopback } from "../../base/loopback.ts";
import {
  INVITE_ROLES,
  INVITE_SECONDS,
  INVITE_SECONDS_MAX,
  INVITE_USES,
  INVITE_USES_MAX,
} from "../../base/link-terms.ts";
import { INVITE_ROOMS_MAX } from "../bounds.ts";
import { failed, type Answer, type ChatErrorCode } from "../errors.ts";
import { tokenHash, type ClientId, type ConversationId, type InviteId, type UserId } from "../ids.ts";
import { contentOf, inviteIdOf } from "../kinds/create-invite.ts";
import { OPERATOR } from "../kinds/roles.ts";
import type { InviteUse } from "../kinds/use-invite.ts";
import { checkClientId, checkLimit } from "../limits.ts";
import type { ChatDeps } from "../ports.ts";
import { addressKey, RateLimit } from "../rate-limit.ts";
import { isAdmin } from "../rights.ts";
import type { InviteRow } from "../rows.ts";
import type { Reading } from "../reading.ts";
import { failedWith, slowDown } from "../sentences.ts";
import type {
  Caller,
  InviteInput,
  InviteOffer,
  InviteState,
  InviteView,
  MadeInvite,
  ReadAt,
  Session,
} from "../chat-service.ts";
import type { Views } from "../feed/views.ts";
import type { Finder } from "./finder.ts";
import type { Writer } from "./writer.ts";

/** Looks at links that there are not, by one address. Nobody needs many; whoever guesses needs 2^250. */
const MISSES = { count: 20, perMs: 60_000 } as const;

/** A token as `tokenOf` makes it. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

const NEWEST = Number.MAX_SAFE_INTEGER;

const NOT_ALLOWED = "Only an admin or an owner of this chat can do this.";
const NO_LINK = "There is no such link. Check that you copied all of it, or ask for a new one.";
const TOO_MANY = "There are too many links that can still be used. Withdraw some of them first.";

const STATES: Partial<Record<ChatErrorCode, InviteState>> = {
  link_expired: "expired",
  link_used: "used up",
};

interface Terms {
  readonly usesMax: number;
  readonly seconds: number;
}

type Refused = ReturnType<typeof failed>;

/** The calls about links. */
export class Invites {
  readonly #deps: ChatDeps;
  readonly #linkKey: Uint8Array;
  readonly #limited: boolean;
  readonly #misses: RateLimit;
  readonly #writer: Writer;
  readonly #reading: Reading;
  readonly #views: Views;
  readonly #finder: Finder;

  constructor(
    deps: ChatDeps & { readonly rateLimit: boolean; readonly linkKey: Uint8Array },
    parts: { readonly writer: Writer; readonly reading: Reading; readonly views: Views; readonly finder: Finder },
  ) {
    this.#deps = deps;
    this.#linkKey = deps.linkKey;
    this.#limited = deps.rateLimit;
    this.#misses = new RateLimit(deps.clock, MISSES);
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

  async #make(by: UserId, clientId: ClientId, input: InviteInput): Promise<Answer<MadeInvite>> {
    if (!(await this.#mayInvite(by))) return failed("not_allowed", NOT_ALLOWED);
    const { uses: usesMax = INVITE_USES, seconds = INVITE_SECONDS } = input;
    const wrong = checkShape({ ...input, usesMax, seconds });
    if (wrong !== null) return wrong;
    const rooms = await this.#rooms(input.rooms, by);
    if (!Array.isArray(rooms)) return rooms;
    const role = INVITE_ROLES.find((one) => one === input.role)!;
    const asked = { role, rooms, usesMax, seconds };
    const token = this.#tokenOf(by, clientId, contentOf(asked));
    const body = { kind: "createInvite", ...asked, tokenHash: tokenHash(token) } as const;
    const written = await this.#writer.write(by, clientId, body);
    if (!written.ok) return refusalOf(written.error.code) ?? written;
    const row = this.#deps.queries().admin.invite(inviteIdOf({ user: by, clientId }, body));
    if (row === null) return failedWith("not_found");
    return { ok: true, value: { invite: this.#view(row, by), token }, cursor: written.cursor };
  }

  /** The role may have been given at another replica a moment ago. */
  async #mayInvite(user: UserId): Promise<boolean> {
    const may = (): boolean => user === OPERATOR || isAdmin(this.#deps.queries().role(user));
    return may() || ((await this.#reading.catchUp()) && may());
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
    const body = { kind: "revokeInvite", invite: input.id } as const;
    const written = await this.#writer.write(session.userId, clientId.value, body);
    if (!written.ok) return written.error.code === "not_found" ? failed("not_found", NO_LINK) : written;
    const row = this.#deps.queries().admin.invite(input.id);
    return row === null
      ? failedWith("not_found")
      : { ok: true, value: this.#view(row, session.userId), cursor: written.cursor };
  }

  async inviteOffer(token: string, caller: Caller): Promise<Answer<InviteOffer>> {
    const found = await this.use(token, caller);
    if ("ok" in found) return found;
    const { by, role, rooms } = found;
    const queries = this.#deps.queries();
    const names = rooms.map((id) => queries.rooms.room(id, by)?.row.name ?? "").filter((name) => name !== "");
    return this.#reading.ok({ by: by === OPERATOR ? null : this.#views.userById(by).name, role, rooms: names });
  }

  /** What the link with this token gives, for a registration; or why it gives nothing. */
  async use(token: string, caller: Caller): Promise<InviteUse | Refused> {
    const key = addressKey(caller.address);
    const isCounted = this.#limited && !isLoopback(caller.address);
    const wait = isCounted ? this.#misses.peek(key) : 0;
    if (wait > 0) return slowDown("Too many links that do not exist.", wait);
    const find = (): InviteRow | null =>
      TOKEN.test(token) ? this.#deps.queries().admin.inviteByToken(tokenHash(token)) : null;
    // Another replica may have made it a moment ago.
    const row = find() ?? (TOKEN.test(token) && (await this.#reading.catchUp()) ? find() : null);
    if (row === null && isCounted) this.#misses.take(key);
    const refusal =
      row === null ? "not_found" : this.#deps.queries().admin.refusalToUse(row.id, this.#deps.clock.nowMicros());
    if (row === null || refusal !== null) {
      return refusal === "not_found" || refusal === null ? failed("not_found", NO_LINK) : failedWith(refusal);
    }
    return { id: row.id, role: row.role, rooms: row.rooms, by: row.by };
  }

  /** The ids of the named rooms, or the failure that says which one the user cannot see. */
  async #rooms(names: readonly string[], user: UserId): Promise<ConversationId[] | Refused> {
    const ids = new Set<ConversationId>();
    for (const name of names) {
      const room =
        (await this.#finder.room(name, user)) ??
        (name.trim().startsWith("#") ? null : await this.#finder.room(`#${name}`, user));
      if (room === null) return failed("not_found", noSuchRoom(name), { field: "rooms" });
      ids.add(room.row.id);
    }
    return [...ids];
  }

  /**
   * Derived from the request and from what only the replicas know, so that a repeat, at whatever replica, is answered
   * with the same link, although nobody stores it.
   */
  #tokenOf(by: UserId, clientId: ClientId, content: string): string {
    const hasher = new Bun.CryptoHasher("sha256", this.#linkKey);
    return hasher.update(`invite\0${by}\0${clientId}\0${content}`).digest("base64url");
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

function refusalOf(code: ChatErrorCode): Refused | null {
  if (code === "not_allowed") return failed("not_allowed", NOT_ALLOWED);
  if (code === "too_many") return failed("too_many", TOO_MANY);
  return null;
}
