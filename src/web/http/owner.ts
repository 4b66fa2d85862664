/**
 * The owner of a page. A browser sends the cookie of the last login, even from a page that was rendered for another
 * user. So each page names its owner, by user id: a user who logs in again may continue in an older tab.
 */

/** The field of a form, and the header of a request by the page's script. */
export const OWNER_FIELD = "as";
export const OWNER_HEADER = "lastword-as";
