/**
 * Tags. A field or an element of a set keeps the tag of the op that set it last. On one branch the order of the log
 * decides. A recovered op counts only if its tag is later than the present one, so that both directions of a merge end
 * with the same value.
 */
import type { OpHead } from "./kind.ts";

/** Digits of the time, so that the order of tags as texts is the order of times. Enough until the year 2286. */
const MICROS_DIGITS = 16;

/** The tag of an op: its time, then its request. Every tag is greater than "", which stands for no op. */
export function tagOf({ timeMicros, user, clientId }: Pick<OpHead, "timeMicros" | "user" | "clientId">): string {
  return `${tagAt(timeMicros)} ${user}-${clientId}`;
}

/** A tag above those of all ops before this time, and below those of all others. */
export function tagAt(timeMicros: number): string {
  return String(timeMicros).padStart(MICROS_DIGITS, "0");
}

/** The time in a tag; 0 for that of no op. */
export function microsOf(tag: string): number {
  return Number(tag.slice(0, MICROS_DIGITS));
}

/** Whether the op may set the field or element that has this tag. */
export function counts(op: OpHead, tag: string): boolean {
  return !op.recovered || tagOf(op) > tag;
}
