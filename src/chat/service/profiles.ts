/** What people say about themselves: checks it, and writes it. */
import { STATUS_SECONDS_MAX } from "../../base/profile-terms.ts";
import { STATUS_CHARS_MAX } from "../bounds.ts";
import { failed, type Answer, type ChatError } from "../errors.ts";
import { checkClientId, checkEmoji, checkLine } from "../limits.ts";
import type { ClientId } from "../ids.ts";
import type { SetProfile } from "../kinds/set-profile.ts";
import type { ChatDeps } from "../ports.ts";
import type { Session, UserView } from "../chat-service.ts";
import type { Views } from "../feed/views.ts";
import type { ProfileInput } from "../profile-service.ts";
import { timeZoneOf } from "../profiles.ts";
import { checkDisplayName } from "./names.ts";
import type { Writer } from "./writer.ts";

type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ChatError };

/** The call about profiles. */
export class Profiles {
  readonly #deps: ChatDeps;
  readonly #writer: Writer;
  readonly #views: Views;

  constructor(deps: ChatDeps, parts: { readonly writer: Writer; readonly views: Views }) {
    this.#deps = deps;
    this.#writer = parts.writer;
    this.#views = parts.views;
  }

  async setProfile(
    { userId }: Session,
    input: ProfileInput & { readonly clientId: ClientId },
  ): Promise<Answer<UserView>> {
    const clientId = checkClientId(input.clientId);
    if (!clientId.ok) return clientId;
    const body = this.#checked(input);
    if (!body.ok) return body;
    const { displayName, status, timeZone } = body.value;
    if (displayName === null && status === null && timeZone === null) return failed("invalid", "Say what to change.");
    const written = await this.#writer.write(userId, clientId.value, body.value);
    if (written.ok) return { ok: true, value: this.#views.userById(userId), cursor: written.cursor };
    return written.error.code === "name_taken" ? NAME_TAKEN : written;
  }

  #checked({ displayName, status, timeZone }: ProfileInput): Checked<SetProfile> {
    const name = displayName === undefined ? ABSENT : checkDisplayName(displayName);
    if (!name.ok) return name;
    const state = status === undefined ? ABSENT : this.#checkStatus(status);
    if (!state.ok) return state;
    const zone = timeZone === undefined ? ABSENT : checkTimeZone(timeZone);
    if (!zone.ok) return zone;
    const value = { kind: "setProfile", displayName: name.value, status: state.value, timeZone: zone.value } as const;
    return { ok: true, value };
  }

  #checkStatus(input: NonNullable<ProfileInput["status"]>): Checked<NonNullable<SetProfile["status"]>> {
    const { seconds = 0, untilMicros = 0 } = input;
    const emoji = input.emoji.trim() === "" ? { ok: true as const, value: "" } : checkEmoji(input.emoji.trim());
    if (!emoji.ok) return failed("invalid", "Choose one emoji, or none.", { field: "emoji" });
    const text = checkLine(input.text, { what: "A status", charsMax: STATUS_CHARS_MAX, field: "status" });
    if (!text.ok) return text;
    if (!isTime(seconds) || !isTime(untilMicros) || (seconds !== 0 && untilMicros !== 0))
      return failed("invalid", "Say when the status ends in one way.", { field: "until" });
    const nowMicros = this.#deps.clock.nowMicros();
    if (untilMicros !== 0 && untilMicros <= nowMicros)
      return failed("invalid", "Choose a time that is still to come.", { field: "until" });
    if (seconds > STATUS_SECONDS_MAX || untilMicros > nowMicros + STATUS_SECONDS_MAX * 1e6) {
      const days = STATUS_SECONDS_MAX / 86_400;
      return failed("invalid", `A status ends within ${days} days, or does not end.`, { field: "until" });
    }
    return { ok: true, value: { emoji: emoji.value, text: text.value, seconds, untilMicros } };
  }
}

const ABSENT = { ok: true, value: null } as const;

const NAME_TAKEN = failed(
  "name_taken",
  "Somebody else logs in with this name, or with one that looks like it. Add your family name, for example.",
  { field: "displayName" },
);

/** A whole number of seconds or microseconds. */
function isTime(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function checkTimeZone(text: string): Checked<string> {
  const typed = text.trim();
  const value = typed === "" ? "" : timeZoneOf(typed);
  if (value !== null) return { ok: true, value };
  return failed("invalid", "There is no such time zone. Write one like Europe/Berlin.", { field: "timeZone" });
}
