/** The terms on which a link lets people in: what the chat allows and what the command offers. */

/** What those who come by a link can be. */
export const INVITE_ROLES = ["member", "guest"] as const;
/** Accounts that one link makes, at most, and if its maker does not say. */
export const INVITE_USES_MAX = 1_000;
export const INVITE_USES = 25;
/** How long a link is valid, at most (a year), and if its maker does not say (7 days). */
export const INVITE_SECONDS_MAX = 365 * 24 * 3600;
export const INVITE_SECONDS = 7 * 24 * 3600;
