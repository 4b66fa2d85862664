/**
 * Shows a sentence below the top bar for a moment. "done": it says that something was done, and is shown quietly; otherwise
 * it says that something is wrong, or waits.
 */
export type Say = (text: string, tone?: "done") => void;
