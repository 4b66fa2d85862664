/** The address at which a server listens or can be reached. */
export interface Address {
  readonly host: string;
  /** 0 to 65535; 0 asks for any free port. */
  readonly port: number;
}

/** A configured replica: its id, and the gRPC address at which the others reach it. */
export interface Peer extends Address {
  readonly id: number;
}

/** `host:port`; an IPv6 address is in brackets. */
export function printAddress(at: Address): string {
  return `${at.host.includes(":") ? `[${at.host}]` : at.host}:${at.port}`;
}
