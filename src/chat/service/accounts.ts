/** Accounts and sessions: register, log in and out, change the password, delete the account. */
import { failed, type Answer, type Refused, type Found } from "../errors.ts";
import { passwordId, randomId, tokenHash, userIdFor, type ClientId, type SessionId, type UserId } from "../ids.ts";
import { checkClientId, checkPassword, typedPassword } from "../limits.ts";
import { checkName, typedName } from "./names.ts";
import { LoginLimits, UNLIMITED, type Try } from "./login-limits.ts";
import type { LinkTokens } from "./link-tokens.ts";
import { hasOwner, type Invites } from "./invites.ts";
import type { OpBody } from "../kinds/kinds.ts";
import { requestHash } from "../kinds/op.ts";
import type { InviteUse } from "../kinds/use-invite.ts";
import type { NewSession } from "../kinds/sessions.ts";
import { GATE_RETRY_MS, PasswordGate } from "./password-gate.ts";
import type { Registration } from "../../base/modes.ts";
import { isLoopback } from "../../base/loopback.ts";
import { addressKey, RateLimit } from "../rate-limit.ts";
import { recordedResult } from "../kinds/apply.ts";
import type { Reading } from "../reading.ts";
import { SESSION_TTL_MICROS, type UserRow } from "../rows.ts";
import { failedWith, slowDown } from "../sentences.ts";
import type { Caller, ReadAt, Session, SessionView, UserView } from "../chat-service.ts";
import type { Views } from "../feed/views.ts";
import type { Writer } from "./writer.ts";
import type { ChatDeps } from "../ports.ts";

/** "Last used" of a session is written at most once per this time. */
const TOUCH_AFTER_MICROS = 24 * 3600 * 1e6;

/** When streams close, "last seen" is written at most once per this time: every page that a user leaves closes one. */
const SEEN_AFTER_MICROS = 60 * 1e6;

/** How long after a merge an unknown token may still be restored from the losing branch. */
const MERGE_GRACE_MS = 5_000;

/** Touches that may be under way at one time. More are dropped, because the next request makes another one. */
const TOUCHES_MAX = 64;

/** What the room is called that the first account makes, and that everybody is in. */
const GENERAL_NAME = "general";

const FIRST_BY_LINK =
  "Nobody has an account here yet. The first one needs a link, which “lastword invite --owner” prints on the server.";
const BY_LINK = "New people come to this chat by an invitation link. Ask one of its admins for one.";

const MINUTE_MS = 60_000;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

interface LoggedIn {
  readonly token: string;
  readonly user: UserView;
}

interface WayIn {
  readonly ok: true;
  readonly first: boolean;
  readonly invite: InviteUse | null;
}

export class Accounts {
  readonly #deps: ChatDeps;
  readonly #writer: Writer;
  readonly #reading: Reading;
  readonly #views: Views;
  readonly #gate = new PasswordGate();
  readonly #limited: boolean;
  readonly #registration: Registration;
  readonly #tries: LoginLimits;
  readonly #registrations: RateLimit;
  /** Registrations by a link. */
  readonly #invited: RateLimit;
  readonly #invites: Invites;
  readonly #tokens: LinkTokens;
  readonly #touching = new Set<string>();
  #graceUntilMs = 0;

  constructor(
    deps: ChatDeps & { readonly rateLimit: boolean; readonly registration: Registration },
    parts: {
      readonly writer: Writer;
      readonly reading: Reading;
      readonly views: Views;
      readonly invites: Invites;
      readonly tokens: LinkTokens;
    },
  ) {
    this.#deps = deps;
    this.#writer = parts.writer;
    this.#reading = parts.reading;
    this.#views = parts.views;
    this.#limited = deps.rateLimit;
    this.#registration = deps.registration;
    this.#tries = new LoginLimits(deps.clock);
    this.#registrations = new RateLimit(deps.clock, { count: 10, perMs: 60 * MINUTE_MS });
    // A team of one office comes from one address, and a link has a limit of its own.
    this.#invited = new RateLimit(deps.clock, { count: 60, perMs: 60 * MINUTE_MS });
    this.#invites = parts.invites;
    this.#tokens = parts.tokens;
  }

  registration(): Registration {
    return this.#registration;
  }

  isNew(): boolean {
    return !this.#deps.queries().admin.hasPeople();
  }

  authenticate(token: string): Session | null {
    if (!TOKEN.test(token)) return null;
    const queries = this.#deps.queries();
    const session = queries.sessionByToken(tokenHash(token));
    if (session === null) return null;
    const idle = this.#deps.clock.nowMicros() - session.lastUsedMicros;
    const user = queries.user(session.user);
    if (idle > SESSION_TTL_MICROS || user === null || user.deleted !== 0) return null;
    if (queries.admin.deactivation(user.id)?.off === true) return null;
    const found = { sessionId: session.id, userId: user.id, name: user.name };
    // The absolute value, because a wrong clock may have written a time in the future.
    if (Math.abs(idle) <= TOUCH_AFTER_MICROS) return found;
    this.touch(found);
    return { ...found, renew: true };
  }

  async authenticateFresh(token: string): Promise<Found<Session>> {
    const notLoggedIn = (): Refused => failedWith("not_logged_in");
    if (!TOKEN.test(token)) return notLoggedIn();
    const found = await this.#reading.find(() => this.authenticate(token), notLoggedIn);
    if (found.ok || found.error.code !== "not_logged_in") return found;
    const restored = await this.#afterMerge(token);
    return restored === null ? found : { ok: true, value: restored };
  }

  /** A snapshot has replaced the rows, and logins of the losing branch are coming back through the log. */
  stateReplaced(): void {
    this.#graceUntilMs = this.#deps.clock.nowMs() + MERGE_GRACE_MS;
  }

  async #afterMerge(token: string): Promise<Session | null> {
    const { position, clock } = this.#deps;
    for (;;) {
      const left = this.#graceUntilMs - clock.nowMs();
      if (left <= 0 || !(await position.waitApplied(position.applied().seq + 1, left))) return null;
      const found = this.authenticate(token);
      if (found !== null) return found;
    }
  }

  /** The user's last stream at this replica has closed: records when the user was last seen. */
  left(session: Session): void {
    const user = this.#deps.queries().user(session.userId);
    if (user === null || user.deleted !== 0) return;
    if (Math.abs(this.#deps.clock.nowMicros() - user.lastSeenMicros) > SEEN_AFTER_MICROS) this.touch(session);
  }

  /** Records that the user was here. No caller waits for it, and it may be lost. */
  touch(session: Session): void {
    if (this.#touching.has(session.sessionId) || this.#touching.size >= TOUCHES_MAX) return;
    this.#touching.add(session.sessionId);
    void this.#writer
      .write(session.userId, crypto.randomUUID(), { kind: "touch", session: session.sessionId })
      .finally(() => this.#touching.delete(session.sessionId));
  }

  async register(
    input: { name: string; password: string; clientId: ClientId; invite?: string },
    caller: Caller,
  ): Promise<Answer<LoggedIn>> {
    const name = checkName(input.name);
    if (!name.ok) return name;
    const password = checkPassword(input.password);
    if (!password.ok) return password;
    const clientId = checkClientId(input.clientId);
    if (!clientId.ok) return clientId;
    const { folded } = name.value;
    const id = userIdFor(folded, clientId.value);
    // A repeat creates no account, so the limits below do not apply to it.
    if (this.#deps.queries().user(id) !== null) return await this.#registeredBefore(id, folded, input.password, caller);
    const way = await this.#wayIn(input.invite, caller);
    if (!way.ok) return way;
    const { first, invite } = way;
    const limit = invite === null ? this.#registrations : this.#invited;
    const wait = this.#limited && !isLoopback(caller.address) ? limit.take(addressKey(caller.address)) : 0;
    if (wait > 0) return slowDown("Too many accounts were created from your network just now.", wait);
    if (this.#deps.queries().userByFolded(folded) !== null) return failedWith("name_taken", { field: "name" });
    const passwordHash = await this.#gate.hash(password.value);
    if (passwordHash === null) return gateFull();
    const { token, session } = newSession(caller);
    const general = GENERAL_NAME;
    const body: OpBody = { kind: "register", ...name.value, passwordHash, session, first, general, invite };
    const written = await this.#writer.write(id, clientId.value, body);
    if (!written.ok) {
      if (written.error.code === "name_taken") return failedWith("name_taken", { field: "name" });
      return first && written.error.code === "registration_closed" ? hasOwner() : written;
    }
    // Another copy of this request was applied first. The password shows whether this caller made that request.
    const { result } = written;
    if (result.kind !== "registered" || result.session !== session.id)
      return await this.#registeredBefore(id, folded, input.password, caller);
    return { ok: true, value: { token, user: this.#views.userById(id) }, cursor: written.cursor };
  }

  /**
   * How somebody with this token of a link, or without one, may come in. `first`: only if nobody has an account yet,
   * which apply decides.
   */
  async #wayIn(token: string | undefined, caller: Caller): Promise<WayIn | Refused> {
    const found = token === undefined ? null : await this.#invites.use(token, caller);
    if (found === "owner") return { ok: true, first: true, invite: null };
    if (this.#registration === "closed") return this.#closed();
    if (found !== null && "ok" in found) return found;
    if (found === null && this.#registration === "invite") return this.#closed();
    return { ok: true, first: false, invite: found };
  }

  #closed(): Refused {
    if (this.isNew()) return failed("registration_closed", FIRST_BY_LINK);
    return this.#registration === "invite" ? failed("registration_closed", BY_LINK) : failedWith("registration_closed");
  }

  async #registeredBefore(id: string, folded: string, password: string, caller: Caller): Promise<Answer<LoggedIn>> {
    const user = this.#deps.queries().user(id);
    if (user === null || user.deleted !== 0) return failedWith("name_taken", { field: "name" });
    const allowed = this.#limited ? this.#tries.login(folded, [id], caller) : UNLIMITED;
    if (!isTry(allowed)) return slowDown(TOO_MANY_WRONG, allowed.waitMs);
    const right = await this.#gate.verify(typedPassword(password), user.passwordHash);
    if (right === null) return gateFull(allowed);
    if (!right) return failedWith("id_reused_with_other_content", { field: "id" });
    allowed.right(id);
    return await this.#logIn(user, caller);
  }

  async login(input: { name: string; password: string }, caller: Caller): Promise<Answer<LoggedIn>> {
    const folded = typedName(input.name);
    const candidates = (): readonly UserRow[] => (folded === null ? [] : this.#deps.queries().loginCandidates(folded));
    const here = candidates();
    const ids = here.map((user) => user.id);
    const allowed = this.#limited ? this.#tries.login(folded ?? "", ids, caller) : UNLIMITED;
    if (!isTry(allowed)) return slowDown(TOO_MANY_WRONG, allowed.waitMs);
    const found = await this.#owner(here, candidates, typedPassword(input.password));
    if (found === "busy") return gateFull(allowed);
    if (found === null) return failedWith("wrong_password", { field: "password" });
    // This counts as a wrong password too: whoever guesses must not gain tries by it.
    if ("ok" in found) return found;
    allowed.right(found.id);
    return await this.#logIn(found, caller);
  }

  async resetPassword(
    input: { token: string; password: string; clientId: ClientId },
    caller: Caller,
  ): Promise<Answer<LoggedIn>> {
    const password = checkPassword(input.password);
    if (!password.ok) return password;
    const clientId = checkClientId(input.clientId);
    if (!clientId.ok) return clientId;
    const { admin } = this.#deps.queries();
    const reset = await this.#tokens.look(input.token, caller, (hash) => this.#deps.queries().admin.resetByToken(hash));
    if ("ok" in reset) return reset;
    const { user: id } = reset;
    const isRepeat = this.#deps.queries().request(id, clientId.value) !== null;
    const refusal = isRepeat ? null : admin.refusalOfReset(id, this.#deps.clock.nowMicros());
    if (refusal !== null) return failedWith(refusal);
    const passwordHash = await this.#gate.hash(password.value);
    if (passwordHash === null) return gateFull();
    const { token, session } = newSession(caller);
    const body = { kind: "resetPassword", tokenHash: tokenHash(input.token), passwordHash, session } as const;
    const written = await this.#writer.write(id, clientId.value, body);
    if (!written.ok) return written;
    const user = this.#views.userById(id);
    // The password shows whether this caller made the request.
    if (written.result.kind === "done" && written.result.repeated)
      return await this.login({ name: user.name, password: input.password }, caller);
    return { ok: true, value: { token, user }, cursor: written.cursor };
  }

  async #owner(
    here: readonly UserRow[],
    candidates: () => readonly UserRow[],
    password: string,
  ): Promise<UserRow | "busy" | Refused | null> {
    const found = here.length === 0 ? null : await this.#rightOne(here, password);
    if (found !== null) return found;
    // The account or its password may have been set at another replica a moment ago. A known name asks the leader
    // too, so that an unknown name costs the same time: one round to the leader and one hash.
    const asked = await this.#reading.catchUp();
    const known = new Set(here.map((user) => user.passwordHash));
    const fresh = candidates().filter((user) => !known.has(user.passwordHash));
    const right = here.length > 0 && fresh.length === 0 ? null : await this.#rightOne(fresh, password);
    return right === null && asked !== "caught up" ? asked : right;
  }

  /** The candidate whose password this is, or null. Does the work for one account even if there is no candidate. */
  async #rightOne(candidates: readonly UserRow[], password: string): Promise<UserRow | "busy" | null> {
    for (const user of candidates.length === 0 ? [null] : candidates) {
      const right = await this.#gate.verify(password, user?.passwordHash ?? null);
      if (right === null) return "busy";
      if (right) return user;
    }
    return null;
  }

  async #logIn(user: UserRow, caller: Caller): Promise<Answer<LoggedIn>> {
    const { token, session } = newSession(caller);
    const body: OpBody = { kind: "login", session, checked: passwordId(user.passwordHash) };
    const written = await this.#writer.write(user.id, crypto.randomUUID(), body);
    if (!written.ok) return atPassword(written);
    return { ok: true, value: { token, user: this.#views.userById(user.id) }, cursor: written.cursor };
  }

  /** Ends this session. It is no error if the session has already been ended elsewhere. */
  async logout(session: Session): Promise<Answer<null>> {
    const ended = await this.endSession(session, session.sessionId, crypto.randomUUID());
    return !ended.ok && ended.error.code === "not_found" ? this.#reading.ok(null) : ended;
  }

  async listSessions(session: Session, input: ReadAt): Promise<Answer<readonly SessionView[]>> {
    const { queries, clock } = this.#deps;
    return await this.#reading.read(input, () => {
      const usedAfter = clock.nowMicros() - SESSION_TTL_MICROS;
      const living = queries()
        .sessionsOf(session.userId)
        .filter(({ lastUsedMicros }) => lastUsedMicros >= usedAfter);
      return this.#reading.ok(
        living.map(({ id, createdMicros, lastUsedMicros, device }) => ({
          id,
          createdMicros,
          lastUsedMicros,
          device,
          current: id === session.sessionId,
        })),
      );
    });
  }

  async endSession(session: Session, id: SessionId, clientId: ClientId): Promise<Answer<null>> {
    const written = await this.#writer.write(session.userId, clientId, { kind: "endSession", session: id });
    return written.ok ? { ok: true, value: null, cursor: written.cursor } : written;
  }

  async endOtherSessions(session: Session, clientId: ClientId): Promise<Answer<null>> {
    const body = { kind: "endOtherSessions", keepSession: session.sessionId } as const;
    const written = await this.#writer.write(session.userId, clientId, body);
    return written.ok ? { ok: true, value: null, cursor: written.cursor } : written;
  }

  async changePassword(
    session: Session,
    input: { password: string; newPassword: string; clientId: ClientId },
  ): Promise<Answer<null>> {
    const clientId = checkClientId(input.clientId);
    if (!clientId.ok) return clientId;
    const fresh = checkPassword(input.newPassword);
    if (!fresh.ok) return fresh;
    const before = this.#deps.queries().request(session.userId, clientId.value);
    const body = { kind: "changePassword", passwordHash: "", keepSession: session.sessionId, checked: "" } as const;
    if (before !== null && before.hash === requestHash({ body }) && recordedResult(before).kind !== "refused") {
      return await this.#changedBefore(session, input.newPassword);
    }
    const checked = await this.#checkedPassword(session, input.password);
    if (typeof checked !== "string") return checked;
    const passwordHash = await this.#gate.hash(fresh.value);
    if (passwordHash === null) return gateFull();
    const written = await this.#writer.write(session.userId, clientId.value, { ...body, passwordHash, checked });
    return written.ok ? { ok: true, value: null, cursor: written.cursor } : atPassword(written);
  }

  /** The answer to a repeat, whose old password is no longer valid: the new one proves who the caller is. */
  async #changedBefore(session: Session, newPassword: string): Promise<Answer<null>> {
    const checked = await this.#checkedPassword(session, newPassword);
    if (typeof checked === "string") return this.#reading.ok(null);
    return checked.error.code === "slow_down" ? checked : failedWith("id_reused_with_other_content", { field: "id" });
  }

  async deleteAccount(
    session: Session,
    input: { password: string; deleteMessages: boolean; clientId: ClientId },
  ): Promise<Answer<null>> {
    const clientId = checkClientId(input.clientId);
    if (!clientId.ok) return clientId;
    const checked = await this.#checkedPassword(session, input.password);
    // Another copy of the request may have deleted it meanwhile, with its password.
    if (this.deletedBefore(input) === session.userId) return this.#reading.ok(null);
    if (typeof checked !== "string") return checked;
    const body: OpBody = { kind: "deleteAccount", deleteMessages: input.deleteMessages, checked };
    const written = await this.#writer.write(session.userId, clientId.value, body);
    if (!written.ok && written.error.code === "last_owner") {
      return failed("last_owner", "You are the only owner of this chat. Make somebody else an owner first, on People.");
    }
    return written.ok ? { ok: true, value: null, cursor: written.cursor } : atPassword(written);
  }

  /** The id of the request is all that is left to prove who repeats it, and all that the answer tells. */
  deletedBefore(input: { deleteMessages: boolean; clientId: ClientId }): UserId | null {
    const clientId = checkClientId(input.clientId);
    if (!clientId.ok) return null;
    const hash = requestHash({ body: { kind: "deleteAccount", deleteMessages: input.deleteMessages, checked: "" } });
    const rows = this.#deps.queries().requestsOf(clientId.value);
    return rows.find((row) => row.hash === hash && recordedResult(row).kind === "done")?.user ?? null;
  }

  /** The `passwordId` of the user's password, for apply to check again; or the refusal. */
  async #checkedPassword(session: Session, password: string): Promise<string | Refused> {
    const allowed = this.#limited ? this.#tries.session(session.sessionId) : UNLIMITED;
    if (!isTry(allowed)) return slowDown(TOO_MANY_WRONG, allowed.waitMs);
    const account = (): readonly UserRow[] => {
      const user = this.#deps.queries().user(session.userId);
      return user === null || user.passwordHash === "" ? [] : [user];
    };
    const found = await this.#owner(account(), account, typedPassword(password));
    if (found === "busy") return gateFull(allowed);
    if (found === null) return wrongPassword();
    if ("ok" in found) return found;
    allowed.right(session.userId);
    return passwordId(found.passwordHash);
  }
}

const TOO_MANY_WRONG = "Too many wrong passwords.";

function isTry(allowed: Try | { readonly waitMs: number }): allowed is Try {
  return allowed.waitMs === 0;
}

/** The refusal when the queue is full. No password was checked, so the try does not count as wrong. */
function gateFull(allowed?: Try): Refused {
  allowed?.undecided();
  return slowDown("Too many people are logging in right now.", GATE_RETRY_MS);
}

function wrongPassword(): Refused {
  return failed("wrong_password", "The password is wrong.", { field: "password" });
}

/** If apply found that the password was changed in the meantime, the error belongs to the password field. */
function atPassword(refused: Refused): Refused {
  return refused.error.code === "wrong_password" ? failedWith("wrong_password", { field: "password" }) : refused;
}

/** A new session: the token, 32 random bytes, is for the client; only its hash goes into the log. */
function newSession(caller: Caller): { token: string; session: NewSession } {
  const token = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url");
  return { token, session: { id: randomId(), tokenHash: tokenHash(token), device: caller.device ?? "" } };
}
