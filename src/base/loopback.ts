/** Addresses that only the host itself can reach. */

/** True for `localhost`, `::1` without brackets, and 127.x.y.z, also mapped into IPv6 (`::ffff:`). */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}
