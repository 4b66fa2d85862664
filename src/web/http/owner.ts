/**
 * For whom a page was made. A browser sends the cookie of whoever logged in last, also from a page that shows
 * somebody else. So each page says whose it is, by user id: somebody who logs in again may go on with an older tab.
 */

/** Field of a form, and header of a request of the page's script. */
export const OWNER_FIELD = "as";
export const OWNER_HEADER = "lastword-as";
