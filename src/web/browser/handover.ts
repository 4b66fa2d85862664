/**
 * Moves a page to a replica under another host name. The browser does not send the cookie there, so the page carries a
 * hand-over token in its fragment, with the drafts. The other replica exchanges the token for the cookie.
 */
import { isPassing, post, sleep, waitBefore } from "./requests.ts";

const STATE = "#lastword=";
const ARRIVAL = /^#lastword-handover=([\w-]{1,200})\.([\w-]*)$/;
const TRIES = 8;

/** `address` itself, or the other host's /handover page, which leads to it. */
export function viaHandover(address: string, token: string | undefined): string {
  const url = new URL(address);
  if (url.hostname === location.hostname || token === undefined) return address;
  // The other replica accepts a token only from a page of this cluster, which it knows by the Referer header.
  if (document.querySelector('meta[name="referrer"]') === null)
    document.head.append(Object.assign(document.createElement("meta"), { name: "referrer", content: "origin" }));
  const next = encodeURIComponent(url.pathname + url.search);
  return `${url.origin}/handover?next=${next}#lastword-handover=${token}.${url.hash.slice(STATE.length)}`;
}

/** Runs on the page /handover. */
export async function arrive(next: string): Promise<void> {
  const [, token, state] = ARRIVAL.exec(location.hash) ?? [];
  history.replaceState(null, "", location.pathname + location.search);
  for (let tries = 0; token !== undefined && tries < TRIES; tries++) {
    const { status } = await post("/handover", { token });
    if (status === 200) return location.replace(`${next}${STATE}${state}`);
    // Two tabs can have the same token. The second one is logged in by the cookie of the first.
    if (!isPassing(status) && tries > 0) break;
    await sleep(waitBefore(tries));
  }
  location.replace(`/login?next=${encodeURIComponent(next)}`);
}
