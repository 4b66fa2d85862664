/**
 * Which addresses may be pushed to. An endpoint is a URL that a user gave, so it must not make this host ask what only
 * this host can reach: https only, and only addresses of the public internet, checked after the name was resolved.
 */
import { BlockList, isIP } from "node:net";

/** IANA's special-purpose registries (RFC 6890) without what is globally reachable, and multicast. */
const NOT_PUBLIC_4 = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const;
/** Within 2000::/3, the only global range of IPv6: protocol assignments, documentation, and 6to4, which hides IPv4. */
const NOT_PUBLIC_6 = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const;

const closed = new BlockList();
for (const [net, bits] of NOT_PUBLIC_4) closed.addSubnet(net, bits, "ipv4");
for (const [net, bits] of NOT_PUBLIC_6) closed.addSubnet(net, bits, "ipv6");
const global6 = new BlockList();
global6.addSubnet("2000::", 3, "ipv6");

/** Whether this is an address of the public internet. */
export function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !closed.check(address, "ipv4");
  return isIP(address) === 6 && global6.check(address, "ipv6") && !closed.check(address, "ipv6");
}

/** The endpoint as a URL; null if nothing may be pushed there, whatever its name resolves to. */
export function endpointUrl(endpoint: string, anyAddress: boolean): URL | null {
  if (!URL.canParse(endpoint)) return null;
  const url = new URL(endpoint);
  if (url.protocol !== "https:" || url.username !== "" || url.password !== "") return null;
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (anyAddress) return url;
  // The services of browsers are at the usual port, and have names.
  const isNamed = isIP(host) === 0 && host.includes(".") && !/\.(?:localhost|local|internal|home\.arpa)\.?$/.test(host);
  return url.port === "" && (isNamed || isPublic(host)) ? url : null;
}
