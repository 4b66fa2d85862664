/** Sends to push services: encrypts, says who sends, and reads what the answer means (RFC 8030). */
import type { PushNote, PushOutcome, PushSender } from "../chat/push-service.ts";
import type { PushRow } from "../chat/push-rows.ts";
import { endpointUrl } from "./destination.ts";
import { areKeys, encrypted } from "./encrypt.ts";
import { post, type Posted } from "./post.ts";
import { Vapid } from "./vapid.ts";

/** How long a service keeps what it cannot deliver. */
const CALL_SECONDS = 24 * 3600;
const OTHER_SECONDS = 300;
/** Bytes of the longest text. */
const PAYLOAD_BYTES_MAX = 3_072;
const TITLE_CHARS_MAX = 100;
const TEXT_CHARS_MAX = 200;

export interface PushSenderOptions {
  /** 32 secret bytes that all replicas of the cluster have. */
  readonly seed: Uint8Array;
  /** Also to addresses that are not of the public internet. */
  readonly anyAddress: boolean;
  readonly nowMs: () => number;
}

/** Makes the sender of a replica. */
export function createPushSender({ seed, anyAddress, nowMs }: PushSenderOptions): PushSender {
  const vapid = new Vapid(seed);
  return {
    publicKey: vapid.publicKey,
    accepts: (to) => endpointUrl(to.endpoint, anyAddress) !== null && areKeys(to),
    async send(to, note) {
      const url = endpointUrl(to.endpoint, anyAddress);
      if (url === null) return outcomeOf({ kind: "forbidden" }, nowMs());
      const contact = to.origin.startsWith("https://") ? to.origin : "";
      const headers = {
        Authorization: vapid.authorization(to.endpoint, contact, nowMs()),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        TTL: String(note.kind === "call" ? CALL_SECONDS : OTHER_SECONDS),
        Urgency: note.kind === "read" ? "low" : "high",
        Topic: topicOf(to, note),
      };
      return outcomeOf(await post(url, encrypted(payloadOf(note), to), headers, anyAddress), nowMs());
    },
  };
}

/** JSON for the service worker (src/web/browser/push-shown.ts). */
function payloadOf({ title, text, ...note }: PushNote): string {
  const cut = { title: title.slice(0, TITLE_CHARS_MAX), text: text.slice(0, TEXT_CHARS_MAX), ...note };
  const payload = JSON.stringify(cut);
  return Buffer.byteLength(payload) <= PAYLOAD_BYTES_MAX ? payload : JSON.stringify({ ...cut, title: "", text: "" });
}

/** At most 32 characters, by which the service replaces what it holds; it does not learn the conversation. */
function topicOf({ auth }: Pick<PushRow, "auth">, { tag }: PushNote): string {
  return new Bun.CryptoHasher("sha256", auth).update(tag).digest("base64url").slice(0, 32);
}

function outcomeOf(posted: Posted, nowMs: number): PushOutcome {
  if (posted.kind === "forbidden") return { kind: "refused", outcome: "forbidden", retryAfterMs: 0 };
  if (posted.kind === "unreachable") return { kind: "later", outcome: "unreachable", retryAfterMs: 0 };
  const { status, retryAfter } = posted;
  const outcome = String(status);
  if (status >= 200 && status < 300) return { kind: "sent", outcome, retryAfterMs: 0 };
  if (status === 404 || status === 410) return { kind: "gone", outcome, retryAfterMs: 0 };
  if (status === 429 || status >= 500) return { kind: "later", outcome, retryAfterMs: waitOf(retryAfter, nowMs) };
  return { kind: "refused", outcome, retryAfterMs: 0 };
}

/** Seconds or a date, as ms from now. */
function waitOf(retryAfter: string, nowMs: number): number {
  if (/^\d{1,9}$/.test(retryAfter)) return Number(retryAfter) * 1000;
  const at = Date.parse(retryAfter);
  return Number.isNaN(at) ? 0 : Math.max(0, at - nowMs);
}
