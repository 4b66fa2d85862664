/**
 * Counts the connections, calls and request bytes of the gRPC port, in total and by address.
 * This is only bookkeeping; the guard (port-guard.ts) closes and refuses.
 *
 * Above a limit, the newcomer stays and the oldest one of the address that holds the most goes.
 * A crowd of strangers therefore cannot keep out a peer or a user, because either needs only
 * some milliseconds on a new connection to identify itself.
 */

/** The limits of one class of callers. */
export interface PoolLimits {
  readonly connections: number;
  readonly connectionsPerAddress: number;
  readonly calls: number;
  readonly callsPerAddress: number;
  /** Bytes of requests that are not handled yet. */
  readonly bytes: number;
  readonly bytesPerAddress: number;
}

/** One accepted connection. */
export interface PortConnection {
  readonly address: string;
  readonly calls: Set<PortCall>;
  /** The pool that counts the connection; null for a peer's connection, which is not limited. */
  pool: Pool | null;
}

/** One call on a connection. */
export interface PortCall {
  readonly connection: PortConnection;
  /** Monotonic ms. */
  readonly openedMs: number;
  /** The call receives messages as long as it is open. */
  readonly streaming: boolean;
  /** A whole request has arrived. */
  heard: boolean;
  /** Bytes held for the request, including what it takes to hold them. */
  bytes: number;
  /** When the request began, monotonic ms. */
  begunMs: number;
  /** The received pieces of a message that is not complete. */
  readonly pieces: Uint8Array[];
}

/** The connections and calls of one address, the oldest first. */
interface Holding {
  readonly connections: Set<PortConnection>;
  readonly calls: Set<PortCall>;
  bytes: number;
}

/** Counts for one class of callers. */
export class Pool {
  readonly #limits: PoolLimits;
  readonly #holdings = new Map<string, Holding>();
  #connections = 0;
  #calls = 0;
  #bytes = 0;

  constructor(limits: PoolLimits) {
    this.#limits = limits;
  }

  /** Adds a connection with its calls. */
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

  /** Sets the bytes that a call holds. */
  hold(call: PortCall, bytes: number): void {
    const more = bytes - call.bytes;
    call.bytes = bytes;
    this.#holding(call.connection.address).bytes += more;
    this.#bytes += more;
  }

  /** The connection to close so that a new one from this address may stay; null if there is room. */
  connectionTooMany(address: string): PortConnection | null {
    const own = this.#holding(address);
    if (own.connections.size > this.#limits.connectionsPerAddress) return first(own.connections);
    if (this.#connections <= this.#limits.connections) return null;
    return first(this.#most(({ connections }) => connections.size).connections);
  }

  /** The call to refuse: one whose request is incomplete, before one that is being handled. Null if there is room. */
  callTooMany(address: string): PortCall | null {
    const own = this.#holding(address);
    if (own.calls.size > this.#limits.callsPerAddress) return oldestCall(own);
    if (this.#calls <= this.#limits.calls) return null;
    return oldestCall(this.#most(({ calls }) => calls.size));
  }

  /** The call to refuse: the oldest incomplete request, before one that is being handled. Null if there is room. */
  bytesTooMany(address: string): PortCall | null {
    const own = this.#holding(address);
    if (own.bytes > this.#limits.bytesPerAddress) return longestBegun(own);
    if (this.#bytes <= this.#limits.bytes) return null;
    return longestBegun(this.#most(({ bytes }) => bytes));
  }

  calls(): Iterable<PortCall> {
    return [...this.#holdings.values()].flatMap(({ calls }) => [...calls]);
  }

  /** An address that holds nothing has no entry. */
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

/** The key of an address for limits: a host with IPv6 can use a whole /64, so it counts as one. */
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
