/** The sentences that a person reads when a call fails. */
import { failed, type ChatError, type ChatErrorCode } from "./errors.ts";
import type { OpOutcome } from "./ports.ts";

const SENTENCES: Record<ChatErrorCode, string> = {
  invalid: "This request could not be understood. Reload the page and try again.",
  too_long: "This is too long.",
  too_large: "This request is too large.",
  not_logged_in: "You are not logged in. Log in and try again.",
  wrong_password: "The name or the password is wrong.",
  not_found: "This was not found. It may have been deleted.",
  unknown_recipient: "This person has no account here.",
  name_taken: "This name is taken. Choose another one.",
  id_reused_with_other_content: "This was sent before with different content. Send it as a new request.",
  not_allowed: "Only an admin or an owner of this room can do this. Ask one of them.",
  archived: "This room is archived, so nobody can write in it. One of its admins can reopen it.",
  last_owner: "A room needs an owner. Make somebody else an owner first.",
  too_many: "This would exceed a limit of rooms.",
  link_revoked: "This link was withdrawn. Ask for a new one.",
  link_expired: "This link has expired. Ask for a new one.",
  link_used: "This link has been used as often as it may be. Ask for a new one.",
  deactivated: "This account is deactivated. An admin of this chat can reactivate it.",
  registration_closed: "This chat accepts no new accounts. Ask the person who runs it.",
  slow_down: "Too many requests.",
  no_leader: "The servers are not ready. Try again in a moment.",
  not_writable: "Nothing can be saved at the moment. You can still read.",
  not_enabled: "This needs a newer version on all servers. Ask the person who runs this chat to upgrade them.",
  timed_out: "This may or may not have been done. It is safe to try again.",
};

/** Replaces the sentence of no_leader if waiting does not help. */
const TOO_FEW = "Too few servers are running to save this. Ask the person who runs this chat to start the others.";

/** When to try again if the caller does not say. */
const RETRY_MS = 1_000;

/** When to try again if no replica leads. */
const NO_LEADER_RETRY_MS = 500;

/** The answer of a failed call, with the sentence for its code. */
export function failedWith(
  code: ChatErrorCode,
  more: Pick<ChatError, "field" | "retryAfterMs"> = {},
): { ok: false; error: ChatError } {
  if (code === "slow_down") return slowDown(SENTENCES.slow_down, more.retryAfterMs ?? RETRY_MS);
  return failed(code, SENTENCES[code], more);
}

/** The longest name that an account can have; what is longer is cut before it is quoted. */
const QUOTED_CHARS_MAX = 32;

/** The failure for a name that no account has. It quotes the name, so that a slip of the keyboard is seen. */
export function noSuchPerson(name: string): { ok: false; error: ChatError } {
  const quoted = Array.from(name.replaceAll(/\s+/g, " ").trim()).slice(0, QUOTED_CHARS_MAX).join("");
  const sentence = quoted === "" ? "Enter the name of a person." : `No one here is called “${quoted}”.`;
  return failed("unknown_recipient", sentence, { field: "to" });
}

/** The answer slow_down: `what` says what there was too much of. */
export function slowDown(what: string, retryAfterMs: number): { ok: false; error: ChatError } {
  return failed("slow_down", `${what} Try again in ${duration(retryAfterMs)}.`, { retryAfterMs });
}

/** "1 second", "40 seconds", "6 minutes"; always rounded up. */
export function duration(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  if (seconds < 120) return seconds === 1 ? "1 second" : `${seconds} seconds`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} minutes` : `${Math.ceil(minutes / 60)} hours`;
}

/** The answer for a proposal that was not applied here. */
export function failedOutcome(outcome: Exclude<OpOutcome, { kind: "applied" }>): { ok: false; error: ChatError } {
  switch (outcome.kind) {
    case "no_leader": {
      const more = { retryAfterMs: NO_LEADER_RETRY_MS };
      return outcome.lacksReplicas === true ? failed("no_leader", TOO_FEW, more) : failedWith("no_leader", more);
    }
    case "slow_down":
      return failedWith("slow_down", { retryAfterMs: outcome.retryAfterMs });
    case "not_writable":
      return failedWith("not_writable", { retryAfterMs: NO_LEADER_RETRY_MS });
    case "timed_out":
      return failedWith("timed_out");
  }
}
