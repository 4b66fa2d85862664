/**
 * The cookie of a browser that has logged in before. Guesses at the password of an account are limited, and an attacker
 * could use up that limit and lock the owner out. This cookie lets the owner's own browsers through
 * (chat/service/login-limits.ts). It opens nothing: it only names the accounts whose password this browser once knew.
 *
 *   <id of the browser>.<proof of an account>.<proof of another> ...
 *
 * A proof is made with a key of the cluster, so that every replica recognizes the browser.
 */
import type { Context } from "hono";
import type { Caller } from "../../chat/chat-service.ts";
import { readCookie, writeCookie } from "../http/cookies.ts";
import type { WebDeps, WebEnv } from "../http/deps.ts";

/** The longest time that browsers keep a cookie. */
const DEVICE_SECONDS = 400 * 24 * 3600;

/** The most accounts of one browser. The one whose login is oldest is dropped first. */
const ACCOUNTS_MAX = 8;

const PART = /^[A-Za-z0-9_-]{22}$/;

function partsOf(c: Context<WebEnv>): readonly string[] {
  const parts = (readCookie(c, "device") ?? "").split(".").slice(0, ACCOUNTS_MAX + 1);
  return parts.every((part) => PART.test(part)) ? parts : [];
}

function proof(deps: WebDeps, id: string, userId: string): string {
  const hasher = new Bun.CryptoHasher("sha256", deps.handoverKey);
  return hasher.update(`lastword-device\0${id}\0${userId}`).digest("base64url").slice(0, 22);
}

/** The device in the request's cookie; undefined without a cookie. */
export function knownDevice(c: Context<WebEnv>, deps: WebDeps): Caller["known"] {
  const [id, ...proofs] = partsOf(c);
  if (id === undefined || proofs.length === 0) return undefined;
  return { id, has: (userId) => proofs.includes(proof(deps, id, userId)) };
}

/** Records that this browser has just proved that it knows the password of `userId`. */
export function rememberDevice(c: Context<WebEnv>, deps: WebDeps, userId: string): void {
  const [known, ...proofs] = partsOf(c);
  const id = known ?? Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64url");
  const own = proof(deps, id, userId);
  const kept = [...proofs.filter((one) => one !== own), own].slice(-ACCOUNTS_MAX);
  writeCookie(c, "device", [id, ...kept].join("."), DEVICE_SECONDS, deps.secureCookies);
}
