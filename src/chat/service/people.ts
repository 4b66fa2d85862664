/** Who runs the chat: gives roles, for people who may and for operators. */
import { failed, type Answer, type ChatErrorCode } from "../errors.ts";
import type { ClientId, UserId } from "../ids.ts";
import { OPERATOR } from "../kinds/roles.ts";
import { checkClientId } from "../limits.ts";
import type { ChatDeps } from "../ports.ts";
import { ROLES } from "../rights.ts";
import type { Reading } from "../reading.ts";
import type { ReadAt, Session, UserView } from "../chat-service.ts";
import type { Views } from "../feed/views.ts";
import type { Finder } from "./finder.ts";
import { typedName } from "./names.ts";
import type { Writer } from "./writer.ts";

/** People in one answer to an operator. */
export const PEOPLE_PAGE = 200;

/** Sentences that fit better than those of the codes, which are about rooms. */
const SENTENCES: Partial<Record<ChatErrorCode, string>> = {
  not_allowed: "You may not give this role. Only an owner of this chat changes who its owners are.",
  last_owner: "A chat needs an owner. Make somebody else an owner first.",
};

/** The calls about roles. */
export class People {
  readonly #deps: ChatDeps;
  readonly #writer: Writer;
  readonly #views: Views;
  readonly #finder: Finder;
  readonly #reading: Reading;

  constructor(
    deps: ChatDeps,
    parts: {
      readonly writer: Writer;
      readonly reading: Reading;
      readonly views: Views;
      readonly finder: Finder;
    },
  ) {
    this.#deps = deps;
    this.#writer = parts.writer;
    this.#views = parts.views;
    this.#finder = parts.finder;
    this.#reading = parts.reading;
  }

  async person(session: Session, input: { readonly name?: string } & ReadAt): Promise<Answer<UserView>> {
    const late = await this.#reading.ready(input);
    if (late !== null) return late;
    const { name } = input;
    if (name === undefined) return this.#reading.ok(this.#views.userById(session.userId));
    const found = await this.#finder.user(name, session.userId);
    return found.ok ? this.#reading.ok(this.#views.user(found.value)) : found;
  }

  async setRole(
    session: Session,
    input: { readonly person: string; readonly role: string; readonly clientId: ClientId },
  ): Promise<Answer<UserView>> {
    const clientId = checkClientId(input.clientId);
    return clientId.ok ? await this.#give(session.userId, clientId.value, input) : clientId;
  }

  async giveRole(input: { readonly person: string; readonly role: string }): Promise<Answer<UserView>> {
    return await this.#give(OPERATOR, crypto.randomUUID(), input);
  }

  async listPeople(after: string): Promise<readonly UserView[]> {
    // If no replica leads, what this one knows is better than nothing.
    await this.#reading.catchUp();
    const folded = after === "" ? "" : (typedName(after) ?? "");
    const found = this.#deps.queries().users(folded, OPERATOR, PEOPLE_PAGE, { which: "all" });
    return found.map((user) => this.#views.user(user));
  }

  async #give(
    by: UserId,
    clientId: ClientId,
    input: { readonly person: string; readonly role: string },
  ): Promise<Answer<UserView>> {
    const role = ROLES.find((one) => one === input.role);
    if (role === undefined) return failed("invalid", "A role is guest, member, admin or owner.");
    const found = await this.#finder.user(input.person, by);
    if (!found.ok) return found;
    const { id: person } = found.value;
    const written = await this.#writer.write(by, clientId, { kind: "setRole", person, role });
    if (written.ok) return { ok: true, value: this.#views.userById(person), cursor: written.cursor };
    const sentence = SENTENCES[written.error.code];
    return sentence === undefined ? written : failed(written.error.code, sentence);
  }
}
