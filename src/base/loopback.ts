/** The host's addresses that only itself can reach. */

/** `localhost`, `::1` without brackets, 127.x.y.z, also as IPv6 writes it. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}
