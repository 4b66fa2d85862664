/**
 * What an operator may see of an error that was caught: its class and where it was thrown. Its message is left out,
 * because it may hold what a user wrote.
 */
import type { Logger } from "./logger.ts";
import { rareLines } from "./rare-lines.ts";

const FRAMES_MAX = 12;

/** The frames of the error's stack, innermost first, at most 12, separated by " | ". Empty for what is no Error. */
export function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const { message, stack = "" } = error;
  // The stack begins with the message, and a line of what a user wrote may look like a frame.
  const start = stack.indexOf(message);
  if (start < 0) return "";
  const lines = stack.slice(start + message.length).split("\n");
  const frames = lines.filter((line) => line.trimStart().startsWith("at "));
  return frames
    .slice(0, FRAMES_MAX)
    .map((line) => line.trim())
    .join(" | ");
}

/** The class of an error, such as "TypeError"; the type of anything else that was thrown. */
export function classOf(error: unknown): string {
  return error instanceof Error ? error.constructor.name : typeof error;
}

/** Where an error was caught: while a page was made, a call was answered, something followed what was applied, or a snapshot was offered or received. */
export type Caught = "page" | "call" | "projection" | "snapshot_offer" | "snapshot_receive";

/**
 * Logs errors that somebody caught and answered: the first from a place at once, then at most one line a minute from
 * the same place, with how many there were.
 */
export function caughtErrors(logger: Logger, now = () => performance.now()): (where: Caught, error: unknown) => void {
  const due = rareLines(now);
  return (where, error) => {
    const fields = { where, error: classOf(error), reason: placeOf(error) };
    const count = due(Object.values(fields).join(" "));
    if (count !== null) logger.error("caught", { ...fields, count });
  };
}
