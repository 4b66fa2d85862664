/** One request to a push service: bounded in time and size, to an address that was checked, and not redirected. */
import { lookup as resolve } from "node:dns/promises";
import { request } from "node:https";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { isPublic } from "./destination.ts";

const ANSWER_MS = 10_000;
/** Nothing of the answer is used but its head. */
const ANSWER_BYTES_MAX = 16 * 1024;

/** What came of it: the head of an answer, or why there is none. */
export type Posted =
  | { readonly kind: "answered"; readonly status: number; readonly retryAfter: string }
  | { readonly kind: "forbidden" }
  | { readonly kind: "unreachable" };

/** The address that is asked, so that it is the one that was checked; null: none that may be. Throws if there is none. */
async function addressOf(url: URL, anyAddress: boolean): Promise<string | null> {
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const found = isIP(host) === 0 ? (await resolve(host, { all: true })).map(({ address }) => address) : [host];
  return found.find((address) => anyAddress || isPublic(address)) ?? null;
}

/** Posts a body. Never throws, and never follows a redirection. */
export async function post(
  url: URL,
  body: Buffer,
  headers: Readonly<Record<string, string>>,
  anyAddress: boolean,
): Promise<Posted> {
  const signal = AbortSignal.timeout(ANSWER_MS);
  const late = new Promise<Posted>((settle) => {
    signal.addEventListener("abort", () => settle({ kind: "unreachable" }), { once: true });
  });
  return await Promise.race([late, asked(url, body, headers, { anyAddress, signal })]);
}

async function asked(
  url: URL,
  body: Buffer,
  headers: Readonly<Record<string, string>>,
  { anyAddress, signal }: { readonly anyAddress: boolean; readonly signal: AbortSignal },
): Promise<Posted> {
  try {
    const address = await addressOf(url, anyAddress);
    if (address === null) return { kind: "forbidden" };
    const answer = await new Promise<IncomingMessage>((settle, fail) => {
      const asking = request(
        url,
        {
          method: "POST",
          headers: { ...headers, "Content-Length": String(body.length) },
          agent: false,
          signal,
          lookup: (_name, options, found) => {
            const family = isIP(address);
            if (options.all === true) found(null, [{ address, family }]);
            else found(null, address, family);
          },
        },
        settle,
      );
      asking.on("error", fail);
      asking.end(body);
    });
    dropBody(answer);
    const { "retry-after": retryAfter = "" } = answer.headers;
    return { kind: "answered", status: answer.statusCode ?? 0, retryAfter };
  } catch {
    return { kind: "unreachable" };
  }
}

function dropBody(answer: IncomingMessage): void {
  let bytes = 0;
  answer.on("error", () => {});
  answer.on("data", (piece: Buffer) => {
    bytes += piece.length;
    if (bytes > ANSWER_BYTES_MAX) answer.destroy();
  });
}
