/** A page shows a conversation and, beside it, one thread. What both have has other ids in the thread. */

/** What the ids of threads begin with. (chat/ids.ts has the same; the page's scripts cannot load it.) */
const THREAD = "t_";

/** The id is that of a thread. */
export const isThreadId = (conversation: string): boolean => conversation.startsWith(THREAD);

/** The thread below a message. */
export const threadIdOf = (message: string): string => `${THREAD}${message}`;

/** What the ids begin with in the part of a page that shows this conversation: "" except in a thread. */
export const paneOf = (conversation: string): string => (isThreadId(conversation) ? "thread-" : "");
