/** What the chat checks of a status and commands offer. */

/** For how long a status may be set: 400 days. */
export const STATUS_SECONDS_MAX = 400 * 24 * 3600;
