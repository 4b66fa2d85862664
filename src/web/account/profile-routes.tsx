/** POST /account/profile: what the user says about herself. */
import { Hono, type Context } from "hono";
import type { ProfileInput } from "../../chat/profile-service.ts";
import { answerError, setWritten, wantsJson } from "../http/answer.tsx";
import type { WebDeps, WebEnv } from "../http/deps.ts";
import type { Fields } from "../http/fields.ts";
import { needsLogin, readFields, sessionOf } from "../http/request.ts";
import { findEmoji } from "../messages/emoji-table.ts";
import { nextFormId } from "./login-routes.tsx";
import type { ProfileForm } from "./profile.tsx";

/** See the top of this file. `again`: shows the form as it was sent, with its error. */
export function profileRoutes(
  deps: WebDeps,
  again: (c: Context<WebEnv>, form: ProfileForm) => Promise<Response>,
): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  app.post("/account/profile", needsLogin(), async (c) => {
    const fields = await readFields(c);
    const clientId = fields.clientId();
    const input = inputOf(fields);
    // A form in which nothing was changed.
    const isSame = Object.keys(input).length === 0;
    const answer = isSame ? null : await deps.chat.setProfile(sessionOf(c), { ...input, clientId });
    if (answer?.ok === false) {
      if (wantsJson(c)) return await answerError(c, answer.error);
      return await again(c, { ...formOf(fields), id: nextFormId(clientId, answer.error), error: answer.error });
    }
    if (answer !== null) setWritten(c, answer.cursor, deps.secureCookies);
    return wantsJson(c) && answer !== null
      ? c.json({ user: answer.value, cursor: answer.cursor })
      : c.redirect("/account?said=profile", 303);
  });
  return app;
}

function formOf(fields: Fields): Omit<ProfileForm, "error"> {
  return {
    id: fields.text("id"),
    displayName: fields.text("displayName"),
    emoji: fields.text("emoji"),
    status: fields.text("status"),
    until: fields.text("until"),
    day: fields.text("day"),
    timeZone: fields.text("timeZone"),
  };
}

/** What was changed: the fields that are there and are not what they were. */
function inputOf(fields: Fields): ProfileInput {
  const { displayName, emoji, status: text, until, timeZone } = formOf(fields);
  const isSent = (name: string): boolean => fields.all(name).length > 0;
  const changed = (name: string, value: string): boolean => {
    const was = `was${name[0]!.toUpperCase()}${name.slice(1)}`;
    return isSent(name) && (!isSent(was) || fields.text(was) !== value);
  };
  const hasStatus = changed("emoji", emoji) || changed("status", text) || changed("until", until);
  // Without a status there is nothing that ends.
  const end = emoji.trim() === "" && text.trim() === "" ? {} : endOf(fields, until);
  return {
    ...(changed("displayName", displayName) ? { displayName } : {}),
    ...(hasStatus ? { status: { emoji: emojiOf(emoji), text, ...end } } : {}),
    ...(changed("timeZone", timeZone) ? { timeZone } : {}),
  };
}

/** `:palm_tree:` as well as the emoji itself. */
function emojiOf(typed: string): string {
  const code = /^:([\w+-]+):$/.exec(typed.trim())?.[1]?.toLowerCase();
  const found = code === undefined ? undefined : findEmoji(code, 1)[0];
  return found?.codes.includes(code!) === true ? found.emoji : typed;
}

/** A time in the past, which is refused: there is no such day. */
const NO_DAY = { untilMicros: 1 };

/** When the status ends: a number of seconds; "today" or "date", in the user's time zone; "keep": as before. */
function endOf(fields: Fields, until: string): { readonly seconds?: number; readonly untilMicros?: number } {
  if (/^\d{1,9}$/.test(until)) return { seconds: Number(until) };
  if (until === "keep") return { untilMicros: Number(fields.text("untilMicros")) };
  if (until !== "today" && until !== "date") return {};
  const zones = [fields.text("timeZone"), fields.text("browserZone"), "UTC"];
  const zone = zones.find((one) => one !== "" && isZone(one)) ?? "UTC";
  try {
    const day =
      until === "today" ? Temporal.Now.plainDateISO(zone) : Temporal.PlainDate.from(fields.text("day").slice(0, 10));
    const end = day.add({ days: 1 }).toZonedDateTime(zone);
    return { untilMicros: end.epochMilliseconds * 1000 };
  } catch {
    return NO_DAY;
  }
}

function isZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
