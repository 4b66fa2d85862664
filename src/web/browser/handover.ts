/**
 * To a replica under another host name: the cookie stays behind, so a hand-over token goes along
 * in the fragment, with the drafts. There the token is changed for the cookie, and the page goes on.
 */
import { isPassing, post, sleep, waitBefore } from "./requests.ts";

const STATE = "#lastword=";
const ARRIVAL = /^#lastword-handover=([\w-]{1,200})\.([\w-]*)$/;
const TRIES = 8;

/** `address` as it is, or by way of the other host's /handover. */
export function viaHandover(address: string, token: string | undefined): string {
  const url = new URL(address);
  if (url.hostname === location.hostname || token === undefined) return address;
  // The other replica takes a token only from a page of ours, and asks the browser whose page it was.
  if (document.querySelector('meta[name="referrer"]') === null)
    document.head.append(Object.assign(document.createElement("meta"), { name: "referrer", content: "origin" }));
  const next = encodeURIComponent(url.pathname + url.search);
  return `${url.origin}/handover?next=${next}#lastword-handover=${token}.${url.hash.slice(STATE.length)}`;
}

/** On the page at /handover. */
export async function arrive(next: string): Promise<void> {
  const [, token, state] = ARRIVAL.exec(location.hash) ?? [];
  history.replaceState(null, "", location.pathname + location.search);
  for (let tries = 0; token !== undefined && tries < TRIES; tries++) {
    const { status } = await post("/handover", { token });
    if (status === 200) return location.replace(`${next}${STATE}${state}`);
    // Two tabs can have one token: the second one comes in by the cookie of the first.
    if (!isPassing(status) && tries > 0) break;
    await sleep(waitBefore(tries));
  }
  location.replace(`/login?next=${encodeURIComponent(next)}`);
}
