/** How much a request may hold. Used by the page's scripts as well, so nothing else is in this file. */

/** UTF-8 bytes of a message. */
export const MESSAGE_BYTES_MAX = 8_192;
/** Message ids in one request. */
export const IDS_MAX = 500;
/** Things in one page of a list. */
export const PAGE_MAX = 200;
