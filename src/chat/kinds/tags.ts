/**
 * Tags: what a field or an element of a set remembers of the op that set it last. On one branch the log decides, and
 * the tag is only kept. An op that a merge brings back counts if its tag is later than the one that is there, so that
 * both directions of a merge end with the same value.
 */
import type { OpHead } from "./kind.ts";

/** Digits of a time in microseconds, so that tags are ordered as texts; enough until the year 2286. */
const MICROS_DIGITS = 16;

/** By the time in the op, then by its request. Longer than "", which is nobody's. */
export function tagOf({ timeMicros, user, clientId }: Pick<OpHead, "timeMicros" | "user" | "clientId">): string {
  return `${String(timeMicros).padStart(MICROS_DIGITS, "0")} ${user}-${clientId}`;
}

/** Whether the op sets what has this tag. */
export function counts(op: OpHead, tag: string): boolean {
  return !op.recovered || tagOf(op) > tag;
}
