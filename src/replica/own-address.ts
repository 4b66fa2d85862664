/**
 * An own name that means loopback on this host: Debian writes `127.0.1.1 NAME` into /etc/hosts. What listens there
 * is reached by nobody else, and each host would wait for the others for ever.
 */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { done, EXIT, failure, type Outcome } from "../host/exit.ts";
import { isLoopback } from "../base/loopback.ts";
import { printAddress, type Address } from "../host/address.ts";
import { listenAddresses, type Settings } from "../cli/settings.ts";

/** All addresses of a name; none if it has none now. */
export type Resolve = (host: string) => Promise<readonly string[]>;

const resolveBySystem: Resolve = async (host) => {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    return [];
  }
};

/** The loopback address that a name stands for here; null if others reach it, and for a number: whoever gives one means it. */
async function loopbackOf({ host }: Address, resolve: Resolve): Promise<string | null> {
  if (isLoopback(host) || isIP(host) !== 0) return null;
  const addresses = await resolve(host);
  return addresses.length > 0 && addresses.every(isLoopback) ? addresses[0]! : null;
}

/**
 * Refuses to start where no other replica could reach this one; peers that are all reached over loopback are on this
 * host, or at the near end of tunnels. Otherwise answers a line for a page that only this computer reaches although its
 * address looks otherwise, or null.
 */
export async function checkOwnNames(
  settings: Settings,
  id: number,
  resolve: Resolve = resolveBySystem,
): Promise<Outcome<string | null>> {
  const { grpc, web } = listenAddresses(settings, id);
  const own = await loopbackOf(grpc, resolve);
  if (own !== null && !(await allHere(settings, id, grpc.host, resolve))) {
    return failure(
      EXIT.usage,
      `the name ${grpc.host} is ${own} on this host, where no other host reaches it`,
      "give --grpc the address by which the others reach this host, or correct /etc/hosts",
    );
  }
  const hidden = await loopbackOf(web, resolve);
  if (hidden === null) return done(null);
  return done(
    `only this computer reaches the page at ${printAddress(web)}, because the name is ${hidden} here; give --web an address of this host, or correct /etc/hosts`,
  );
}

/** All other replicas are reached over loopback; a name that is not known yet is another host's. */
async function allHere({ peers }: Settings, id: number, own: string, resolve: Resolve): Promise<boolean> {
  const others = peers.filter((peer) => peer.id !== id && peer.host !== own && !isLoopback(peer.host));
  const addresses = await Promise.all(others.map(({ host }) => resolve(host)));
  return addresses.every((list) => list.length > 0 && list.every(isLoopback));
}
