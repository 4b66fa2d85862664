/** Lets people back into their accounts and keeps them out: links for new passwords, deactivation. */
import { failed, type Answer, type ChatErrorCode } from "../errors.ts";
import { tokenHash, type ClientId, type UserId } from "../ids.ts";
import { checkClientId } from "../limits.ts";
import type { ChatDeps } from "../ports.ts";
import type { Reading } from "../reading.ts";
import { failedWith } from "../sentences.ts";
import type { Caller, Session, UserView } from "../chat-service.ts";
import type { MadeReset, ResetOffer } from "../admin-service.ts";
import type { Views } from "../feed/views.ts";
import type { Finder } from "./finder.ts";
import type { LinkTokens } from "./link-tokens.ts";
import type { Written, Writer } from "./writer.ts";

/** Sentences that fit better than those of the codes, which are about rooms. */
const SENTENCES: Partial<Record<ChatErrorCode, string>> = {
  not_allowed: "You may not do this. An owner of this chat may; an admin, to those who are no admins or owners.",
  last_owner: "A chat needs an owner. Make somebody else an owner first.",
};

/** The calls about other people's accounts. */
export class Managing {
  readonly #deps: ChatDeps;
  readonly #writer: Writer;
  readonly #reading: Reading;
  readonly #views: Views;
  readonly #finder: Finder;
  readonly #tokens: LinkTokens;

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
    this.#writer = parts.writer;
    this.#reading = parts.reading;
    this.#views = parts.views;
    this.#finder = parts.finder;
    this.#tokens = parts.tokens;
  }

  async createReset(
    session: Session,
    input: { readonly person: string; readonly clientId: ClientId },
  ): Promise<Answer<MadeReset>> {
    const clientId = checkClientId(input.clientId);
    return clientId.ok ? await this.resetFor(session.userId, input.person, clientId.value) : clientId;
  }

  /** The same for a user, or for an operator (""). */
  async resetFor(by: UserId, name: string, clientId: ClientId = crypto.randomUUID()): Promise<Answer<MadeReset>> {
    const found = await this.#finder.user(name, by);
    if (!found.ok) return found;
    const person = found.value;
    const token = this.#tokens.make("reset", by, clientId, person.id);
    const body = { kind: "createReset", person: person.id, tokenHash: tokenHash(token) } as const;
    const written = await this.#writer.write(by, clientId, body);
    if (!written.ok) return refusalOf(written);
    const now = await this.#reading.written(
      () => this.#deps.queries().admin.resetByToken(tokenHash(token)),
      // A repeat, after which another link was made.
      () => failedWith("link_revoked"),
    );
    if (!now.ok) return now;
    const { expiresMicros } = now.value;
    return { ok: true, value: { user: this.#views.user(person), token, expiresMicros }, cursor: written.cursor };
  }

  async resetOffer(token: string, caller: Caller): Promise<Answer<ResetOffer>> {
    const row = await this.#tokens.look(token, caller, (hash) => this.#deps.queries().admin.resetByToken(hash));
    if ("ok" in row) return row;
    const refusal = this.#deps.queries().admin.refusalOfReset(row.user, this.#deps.clock.nowMicros());
    return refusal === null ? this.#reading.ok({ name: this.#views.userById(row.user).name }) : failedWith(refusal);
  }

  async setActive(
    session: Session,
    input: { readonly person: string; readonly active: boolean; readonly clientId: ClientId },
  ): Promise<Answer<UserView>> {
    const clientId = checkClientId(input.clientId);
    return clientId.ok ? await this.setActiveFor(session.userId, input, clientId.value) : clientId;
  }

  /** The same for a user, or for an operator (""). */
  async setActiveFor(
    by: UserId,
    { person: name, active }: { readonly person: string; readonly active: boolean },
    clientId: ClientId = crypto.randomUUID(),
  ): Promise<Answer<UserView>> {
    const found = await this.#finder.user(name, by);
    if (!found.ok) return found;
    const person = found.value;
    const seen = this.#deps.queries().admin.deactivation(person.id)?.tag ?? "";
    const body = { kind: "setActive", person: person.id, active, seen } as const;
    const written = await this.#writer.write(by, clientId, body);
    if (!written.ok) return refusalOf(written);
    return { ok: true, value: this.#views.userById(person.id), cursor: written.cursor };
  }
}

function refusalOf(written: Written & { ok: false }): ReturnType<typeof failed> {
  const sentence = SENTENCES[written.error.code];
  return sentence === undefined ? written : failed(written.error.code, sentence);
}
