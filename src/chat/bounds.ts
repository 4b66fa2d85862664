/** How much a request may hold. The page's scripts import this file too, so it contains nothing else. */

/** Files that one message carries. */
export const FILES_PER_MESSAGE = 10;
/** Bytes of a file. */
export const FILE_BYTES_MAX = 100 * 1024 * 1024;
/** UTF-8 bytes of the name of a file. */
export const FILE_NAME_BYTES_MAX = 200;
/** Bytes of a file in one request of the page. */
export const UPLOAD_PART_BYTES = 1024 * 1024;
/** Seconds between two messages of one member of a room in slow mode. */
export const SLOW_SECONDS_MAX = 3_600;
/** Characters of what a person wants to be called. */
export const DISPLAY_NAME_CHARS_MAX = 64;
/** Characters of a status, besides its emoji. */
export const STATUS_CHARS_MAX = 100;
/** UTF-8 bytes of a message. */
export const MESSAGE_BYTES_MAX = 8_192;
/** Texts of one message that are kept: the one that is shown, and the latest ones before it. */
export const VERSIONS_MAX = 20;
/** UTF-8 bytes of these texts together. */
export const VERSIONS_BYTES_MAX = 64 * 1024;
/** Characters of a quoted message that are shown with the one that quotes it. */
export const QUOTE_CHARS_MAX = 200;
/** Message ids in one request. */
export const IDS_MAX = 500;
/** Elements in one page of a list. */
export const PAGE_MAX = 200;
/** People of a group conversation, with the one who begins it. More than these need a room. */
export const GROUP_PEOPLE_MAX = 12;
/** UTF-8 bytes of an emoji: more than any has. */
export const EMOJI_BYTES_MAX = 64;
/** Different emoji at one message. */
export const EMOJI_PER_MESSAGE = 20;
/** Rooms that one link leads into. */
export const INVITE_ROOMS_MAX = 20;
/** Reactions to one message, whose row names everybody who reacted, to every reader. */
export const REACTIONS_PER_MESSAGE = 300;
/** Messages that are pinned in one conversation. */
export const PINS_MAX = 100;
/** Messages that one user can save. */
export const SAVED_MAX = 10_000;
/** People that one message can name. */
export const MENTIONS_MAX = 50;
/** People whom one `@here` calls. */
export const HERE_MAX = 256;
/** Places of one message where a name is looked for. */
export const SIGNS_MAX = 200;
/** With more people than this, the page asks before it sends an `@room` or `@here`. */
export const CALLED_UNASKED_MAX = 10;
/** Characters of the reason for which somebody reports a message. */
export const WHY_CHARS_MAX = 512;
/** Reports that one user makes within an hour. */
export const REPORTS_PER_HOUR = 10;
/** Reports that wait are counted up to this number. */
export const REPORTS_COUNT_MAX = 100;
