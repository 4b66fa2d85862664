/** Where a server listens, or is found. */
export interface Address {
  readonly host: string;
  /** 0 to 65535; 0 asks for any free port. */
  readonly port: number;
}

/** One configured replica: its number and the gRPC address at which the others find it. */
export interface Peer extends Address {
  readonly id: number;
}

/** `host:port`, IPv6 in brackets. */
export function printAddress(at: Address): string {
  return `${at.host.includes(":") ? `[${at.host}]` : at.host}:${at.port}`;
}
