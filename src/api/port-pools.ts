/**
 * Who holds what of the gRPC port: connections, calls and bytes of requests, in
 * all and by address. Pure bookkeeping; closing and refusing is the guard's (port-guard.ts).
 *
 * When there is too much, the newcomer stays and the oldest of the address that holds most
 * goes: so a crowd of strangers cannot keep out a peer or a person, both of whom need a
 * connection for some milliseconds only to show who they are.
 */

/** What one class of callers may hold at the same time. */
export interface PoolLimits {
  readonly connections: number;
  readonly connectionsPerAddress: number;
  readonly calls: number;
  readonly callsPerAddress: number;
  /** Of requests that are not handled yet. */
  readonly bytes: number;
  readonly bytesPerAddress: number;
}

/** One accepted connection. */
export interface PortConnection {
  readonly address: string;
  readonly calls: Set<PortCall>;
  /** What it counts for; null once it is a peer's, which is not limited. */
  pool: Pool | null;
}

/** One call on a connection. */
export interface PortCall {
  readonly connection: PortConnection;
  readonly openedMs: number;
  /** Takes messages for as long as it is open. */
  readonly streaming: boolean;
  /** A whole request has come. */
  heard: boolean;
  /** Bytes of the request that are held for it, and what holding them takes. */
  bytes: number;
  /** When the request began. */
  begunMs: number;
  /** What has come of a message that is not whole. */
  readonly pieces: Uint8Array[];
}

/** What one address holds; the oldest first. */
interface Holding {
  readonly connections: Set<PortConnection>;
  readonly calls: Set<PortCall>;
  bytes: number;
}

/** One class of callers. */
export class Pool {
  readonly #limits: PoolLimits;
  readonly #holdings = new Map<string, Holding>();
  #connections = 0;
  #calls = 0;
  #bytes = 0;

  constructor(limits: PoolLimits) {
    this.#limits = limits;
  }

  /** Takes a connection in, with the calls that it has. */
  add(connection: PortConnection): void {
    const holding = this.#holdings.get(connection.address) ?? emptyHolding();
    this.#holdings.set(connection.address, holding);
    connection.pool = this;
    holding.connections.add(connection);
    this.#connections++;
    for (const call of connection.calls) this.addCall(call);
  }

  remove(connection: PortConnection): void {
    const holding = this.#holdings.get(connection.address);
    if (holding?.connections.delete(connection) !== true) return;
    this.#connections--;
    for (const call of connection.calls) this.removeCall(call);
    connection.pool = null;
    if (holding.connections.size === 0) this.#holdings.delete(connection.address);
  }

  addCall(call: PortCall): void {
    const holding = this.#holding(call.connection.address);
    holding.calls.add(call);
    holding.bytes += call.bytes;
    this.#calls++;
    this.#bytes += call.bytes;
  }

  removeCall(call: PortCall): void {
    const holding = this.#holdings.get(call.connection.address);
    if (holding?.calls.delete(call) !== true) return;
    holding.bytes -= call.bytes;
    this.#calls--;
    this.#bytes -= call.bytes;
  }

  /** The call holds so many bytes now. */
  hold(call: PortCall, bytes: number): void {
    const more = bytes - call.bytes;
    call.bytes = bytes;
    this.#holding(call.connection.address).bytes += more;
    this.#bytes += more;
  }

  /** The connection that must go so that one from this address may stay; null if there is room. */
  connectionTooMany(address: string): PortConnection | null {
    const own = this.#holding(address);
    if (own.connections.size > this.#limits.connectionsPerAddress) return first(own.connections);
    if (this.#connections <= this.#limits.connections) return null;
    return first(this.#most(({ connections }) => connections.size).connections);
  }

  /** The call that must go: rather one whose request is not whole than one that is being worked on. */
  callTooMany(address: string): PortCall | null {
    const own = this.#holding(address);
    if (own.calls.size > this.#limits.callsPerAddress) return oldestCall(own);
    if (this.#calls <= this.#limits.calls) return null;
    return oldestCall(this.#most(({ calls }) => calls.size));
  }

  /** The call whose request must go: the one that began first, rather than one that is being worked on. */
  bytesTooMany(address: string): PortCall | null {
    const own = this.#holding(address);
    if (own.bytes > this.#limits.bytesPerAddress) return longestBegun(own);
    if (this.#bytes <= this.#limits.bytes) return null;
    return longestBegun(this.#most(({ bytes }) => bytes));
  }

  calls(): Iterable<PortCall> {
    return [...this.#holdings.values()].flatMap(({ calls }) => [...calls]);
  }

  /** Nothing of an address that holds nothing is kept. */
  #holding(address: string): Holding {
    return this.#holdings.get(address) ?? emptyHolding();
  }

  #most(size: (holding: Holding) => number): Holding {
    let most: Holding | null = null;
    for (const holding of this.#holdings.values()) if (most === null || size(holding) > size(most)) most = holding;
    return most ?? emptyHolding();
  }
}

function emptyHolding(): Holding {
  return { connections: new Set(), calls: new Set(), bytes: 0 };
}

function first<T>(items: Iterable<T>): T | null {
  for (const item of items) return item;
  return null;
}

function oldestCall({ calls }: Holding): PortCall | null {
  for (const call of calls) if (!call.heard) return call;
  return first(calls);
}

function longestBegun({ calls }: Holding): PortCall | null {
  let oldest: PortCall | null = null;
  for (const call of calls) {
    if (call.bytes === 0) continue;
    if (oldest === null || (call.heard === oldest.heard ? call.begunMs < oldest.begunMs : !call.heard)) oldest = call;
  }
  return oldest;
}

/** Whom an address belongs to, as far as limits go: a host with IPv6 has a whole /64 to call from. */
export function limitedAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped !== null) return mapped[1]!;
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.split("%")[0]!.split("::");
  const groups = (text: string): string[] => (text === "" ? [] : text.split(":"));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const all = [...left, ...Array.from({ length: zeros }, () => "0"), ...right];
  return `${all.slice(0, 4).join(":")}::/64`;
}
