/**
 * The connections of a chat client: one for each address, opened when it is first used, and the
 * address that is current. Also interprets failed calls: the code, whether the outcome is known,
 * and whether another replica may succeed.
 */
import { Client, status } from "@grpc/grpc-js";
import type { ServiceError } from "@grpc/grpc-js";
import { clientCredentials } from "../base/grpc-credentials.ts";
import { CODE_TRAILER, OUTCOME_TRAILER, RETRY_AFTER_TRAILER } from "../../proto/chat-wire.ts";

/** Pause before the next round after every address has failed. It doubles up to the maximum. */
const ROUND_PAUSE_MS = 10;
const ROUND_PAUSE_MAX_MS = 100;

/** A failed attempt at one replica. */
export interface CallFailure {
  /** The trailer `lastword-code`; without it the gRPC status, such as `UNAVAILABLE`. */
  readonly code: string;
  /** True only if the replica said that the call had no effect and never will. */
  readonly definite: boolean;
  readonly sentence: string;
  /** 0 if the replica did not say. */
  readonly retryAfterMs: number;
}

/** Codes after which the same request may succeed later or at another replica. */
const RETRYABLE: ReadonlySet<string> = new Set(["slow_down", "no_leader", "not_writable", "timed_out"]);

/** Codes that every attempt would have got, so that no earlier attempt can have taken effect. */
const SHAPE: ReadonlySet<string> = new Set(["invalid", "too_long", "too_large"]);

/** Codes of the API are in lower case, those of gRPC in upper case. */
const CONTRACT_CODE = /^[a-z_]+$/;

/** Whether to try again. A failure without a code is a broken connection, a deadline or an internal error. */
export function retryable(failure: CallFailure): boolean {
  return RETRYABLE.has(failure.code) || !CONTRACT_CODE.test(failure.code);
}

/** The outcome of all attempts: an earlier one of unknown outcome may have taken effect, whatever the last one says. */
export function outcomeOf(failure: CallFailure, earlierUnknown: boolean): "definite" | "unknown" {
  return failure.definite && (!earlierUnknown || SHAPE.has(failure.code)) ? "definite" : "unknown";
}

/** Reads the error of a gRPC call. */
export function failureOf(error: ServiceError): CallFailure {
  const text = (key: string): string => {
    const value = error.metadata?.get(key)[0];
    return typeof value === "string" ? value : "";
  };
  return {
    code: text(CODE_TRAILER) || (status[error.code] ?? "UNKNOWN"),
    definite: text(OUTCOME_TRAILER) === "definite",
    sentence: error.details,
    retryAfterMs: Number(text(RETRY_AFTER_TRAILER)) || 0,
  };
}

/** The last failure at each address, so that a person can find out why a call failed. */
export class Tried {
  readonly #failures = new Map<string, CallFailure>();

  add(address: string, failure: CallFailure): void {
    this.#failures.set(address, failure);
  }

  /** Address and last code of each address tried, in the order of the first attempts. */
  list(): readonly { readonly address: string; readonly code: string }[] {
    return [...this.#failures].map(([address, { code }]) => ({ address, code }));
  }
}

/** The addresses, their connections, and which address is current. */
export class ChatLinks {
  readonly addresses: readonly string[];
  readonly #clients = new Map<string, Client>();
  readonly #ownConnections: boolean;
  #at = 0;
  #failuresInRow = 0;

  /** Takes at least one address, host:port. Throws RangeError if there is none. */
  constructor(addresses: readonly string[], ownConnections: boolean) {
    if (addresses.length === 0) throw new RangeError("a chat client needs an address");
    this.addresses = addresses;
    this.#ownConnections = ownConnections;
  }

  /** The current address. */
  current(): string {
    return this.addresses[this.#at % this.addresses.length]!;
  }

  /** Called when an address failed. The next one becomes current, unless another call has already moved on. */
  leave(address: string): void {
    if (this.current() !== address) return;
    this.#failuresInRow += 1;
    this.#at += 1;
  }

  /** Called when an address has answered. */
  succeeded(): void {
    this.#failuresInRow = 0;
  }

  /** How long to wait before the next attempt: 0 until every address has failed in a row. */
  pauseMs(): number {
    const rounds = Math.floor(this.#failuresInRow / this.addresses.length);
    if (rounds === 0) return 0;
    const pause = Math.min(ROUND_PAUSE_MS * 2 ** Math.min(rounds - 1, 8), ROUND_PAUSE_MAX_MS);
    return pause * (0.5 + Math.random() / 2);
  }

  /** The connection to an address, opened when it is first used. */
  client(address: string): Client {
    let client = this.#clients.get(address);
    if (client === undefined) {
      client = new Client(address, clientCredentials(), {
        // A frozen replica does not answer pings, so its calls fail after 2 s instead of at their deadline.
        "grpc.keepalive_time_ms": 1000,
        "grpc.keepalive_timeout_ms": 1000,
        "grpc.initial_reconnect_backoff_ms": 50,
        "grpc.max_reconnect_backoff_ms": 250,
        "grpc.enable_http_proxy": 0,
        "grpc.use_local_subchannel_pool": this.#ownConnections ? 1 : 0,
      });
      this.#clients.set(address, client);
    }
    return client;
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }
}
