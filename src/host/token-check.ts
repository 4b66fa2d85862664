/** Comparing secrets that somebody sent with the right one. */
import { createHash, timingSafeEqual } from "node:crypto";

/** Compares with a token in a time that says nothing about how much of it was right. */
export function tokenCheck(token: string): (given: string) => boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  const expected = digest(token);
  return (given) => timingSafeEqual(digest(given), expected);
}
