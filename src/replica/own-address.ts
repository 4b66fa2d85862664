/**
 * Detects that this host's own name is a loopback address here: Debian writes `127.0.1.1 NAME` into /etc/hosts. No
 * other host reaches a listener there, so the hosts would wait for each other for ever.
 */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { done, EXIT, failure, type Outcome } from "../host/exit.ts";
import { isLoopback } from "../base/loopback.ts";
import { printAddress, type Address } from "../host/address.ts";
import { listenAddresses, type Settings } from "../cli/settings.ts";

/** Resolves a name to all of its addresses; an empty list if it has none at the moment. */
export type Resolve = (host: string) => Promise<readonly string[]>;

const resolveBySystem: Resolve = async (host) => {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    return [];
  }
};

/**
 * The loopback address that a name has on this host; null if other hosts reach it. Null also for an address given as a
 * number, because an operator who gives a loopback number intends it.
 */
async function loopbackOf({ host }: Address, resolve: Resolve): Promise<string | null> {
  if (isLoopback(host) || isIP(host) !== 0) return null;
  const addresses = await resolve(host);
  return addresses.length > 0 && addresses.every(isLoopback) ? addresses[0]! : null;
}

/**
 * Fails if no other replica could reach this one, unless this one reaches all of them over loopback: then they are on
 * this host, or behind tunnels. Otherwise returns a warning if only this computer reaches the page although its address
 * looks public, or null.
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

/** True if all other replicas are reached over loopback. A name that does not resolve counts as another host. */
async function allHere({ peers }: Settings, id: number, own: string, resolve: Resolve): Promise<boolean> {
  const others = peers.filter((peer) => peer.id !== id && peer.host !== own && !isLoopback(peer.host));
  const addresses = await Promise.all(others.map(({ host }) => resolve(host)));
  return addresses.every((list) => list.length > 0 && list.every(isLoopback));
}
