/**
 * Connections of a chat client to the replicas it was told of: one for each address, made
 * when first used, and which of them is in use now. Also what a failed call says: its code,
 * whether the outcome is known, and whether another replica may do better.
 */
import { Client, status } from "@grpc/grpc-js";
import type { ServiceError } from "@grpc/grpc-js";
import { clientCredentials } from "../base/grpc-credentials.ts";
import { CODE_TRAILER, OUTCOME_TRAILER, RETRY_AFTER_TRAILER } from "../../proto/chat-wire.ts";

/** Pause before the next round when every address has failed: doubled from the first to the last. */
const ROUND_PAUSE_MS = 10;
const ROUND_PAUSE_MAX_MS = 100;

/** A failed attempt at one replica. */
export interface CallFailure {
  /** `lastword-code`; for a failure without one the gRPC status, such as `UNAVAILABLE`. */
  readonly code: string;
  /** True only if the replica said that it did not and will not happen. */
  readonly definite: boolean;
  readonly sentence: string;
  /** 0 if not said. */
  readonly retryAfterMs: number;
}

/** The same request may succeed later or elsewhere. */
const RETRYABLE: ReadonlySet<string> = new Set(["slow_down", "no_leader", "not_writable", "timed_out"]);

/** Failures that would have met every attempt alike, so that none of them can have happened. */
const SHAPE: ReadonlySet<string> = new Set(["invalid", "too_long", "too_large"]);

/** Codes of the contract are in lower case, gRPC's own in upper case. */
const CONTRACT_CODE = /^[a-z_]+$/;

/** Whether to try again. A failure without a code is a broken connection, a deadline or an accident. */
export function retryable(failure: CallFailure): boolean {
  return RETRYABLE.has(failure.code) || !CONTRACT_CODE.test(failure.code);
}

/** What is known in the end: an earlier attempt of unknown outcome may have happened, whatever the last one says. */
export function outcomeOf(failure: CallFailure, earlierUnknown: boolean): "definite" | "unknown" {
  return failure.definite && (!earlierUnknown || SHAPE.has(failure.code)) ? "definite" : "unknown";
}

/** What the error of a gRPC call says. */
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

/** The last failure at each address, for the person who must find out why nothing works. */
export class Tried {
  readonly #failures = new Map<string, CallFailure>();

  add(address: string, failure: CallFailure): void {
    this.#failures.set(address, failure);
  }

  /** Address and code of each, in the order of the first try. */
  list(): readonly { readonly address: string; readonly code: string }[] {
    return [...this.#failures].map(([address, { code }]) => ({ address, code }));
  }
}

/** The addresses and the one in use. */
export class ChatLinks {
  readonly addresses: readonly string[];
  readonly #clients = new Map<string, Client>();
  readonly #ownConnections: boolean;
  #at = 0;
  #failuresInRow = 0;

  /** At least one address, host:port. */
  constructor(addresses: readonly string[], ownConnections: boolean) {
    if (addresses.length === 0) throw new RangeError("a chat client needs an address");
    this.addresses = addresses;
    this.#ownConnections = ownConnections;
  }

  /** The address to use now. */
  current(): string {
    return this.addresses[this.#at % this.addresses.length]!;
  }

  /** The address failed: the next one is current, unless another call has already moved on. */
  leave(address: string): void {
    if (this.current() !== address) return;
    this.#failuresInRow += 1;
    this.#at += 1;
  }

  /** An address answered. */
  succeeded(): void {
    this.#failuresInRow = 0;
  }

  /** How long to wait before the next attempt: 0 until every address has failed once in a row. */
  pauseMs(): number {
    const rounds = Math.floor(this.#failuresInRow / this.addresses.length);
    if (rounds === 0) return 0;
    const pause = Math.min(ROUND_PAUSE_MS * 2 ** Math.min(rounds - 1, 8), ROUND_PAUSE_MAX_MS);
    return pause * (0.5 + Math.random() / 2);
  }

  client(address: string): Client {
    let client = this.#clients.get(address);
    if (client === undefined) {
      client = new Client(address, clientCredentials(), {
        // A frozen replica answers no ping: its calls fail after 2 s instead of at their deadline.
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
