/**
 * Describes a caught error for the operator: its class, and where it was thrown. The message is left out, because it
 * may contain text of a user.
 */
import type { Logger } from "./logger.ts";
import { rareLines } from "./rare-lines.ts";

const FRAMES_MAX = 12;

/** The frames of the error's stack, innermost first, at most 12, separated by " | ". Empty if it is not an Error. */
export function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const { message, stack = "" } = error;
  // The stack begins with the message, and a line in a user's text might look like a frame.
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

/**
 * Where an error was caught: while rendering a page, answering a call, running a projection, or offering or receiving a
 * snapshot.
 */
export type Caught = "page" | "call" | "projection" | "snapshot_offer" | "snapshot_receive";

/**
 * Returns a function that logs errors which were caught and answered: the first from a place at once, then at most one
 * line a minute from the same place, with their number. `now`: monotonic ms.
 */
export function caughtErrors(logger: Logger, now = () => performance.now()): (where: Caught, error: unknown) => void {
  const due = rareLines(now);
  return (where, error) => {
    const fields = { where, error: classOf(error), reason: placeOf(error) };
    const count = due(Object.values(fields).join(" "));
    if (count !== null) logger.error("caught", { ...fields, count });
  };
}
