/** How much a request may hold. The page's scripts import this file too, so it contains nothing else. */

/** UTF-8 bytes of a message. */
export const MESSAGE_BYTES_MAX = 8_192;
/** Message ids in one request. */
export const IDS_MAX = 500;
/** Elements in one page of a list. */
export const PAGE_MAX = 200;
