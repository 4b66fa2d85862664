/** Compares a secret that a client sent with the right one. */
import { createHash, timingSafeEqual } from "node:crypto";

/** Returns a check that takes the same time however much of the given token is right. */
export function tokenCheck(token: string): (given: string) => boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  const expected = digest(token);
  return (given) => timingSafeEqual(digest(given), expected);
}
