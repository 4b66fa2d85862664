/** How much of the audit log is kept. */

/** How long an entry of the audit log is kept: 400 days. */
export const AUDIT_MICROS = 400 * 24 * 3600 * 1e6;
/** Entries of the audit log. With one more, the oldest goes. */
export const AUDIT_ROWS_MAX = 100_000;
/** How many old entries one new entry removes at most. */
export const AUDIT_DROPPED_MAX = 10;
