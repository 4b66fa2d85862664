/**
 * Detects that two replicas reach each other in one direction only, for example because a dead
 * computer was replaced by one with another address, or because an address in --peers is right on
 * one host only. Such a replica looks healthy to itself but counts nowhere, so both sides warn.
 */
import { printAddress, type Peer } from "../host/address.ts";

/**
 * How long one direction may work alone before a warning. Connecting takes a moment in each direction, and longer
 * while hosts boot. A frozen peer answers no ping, so our stream to it is closed well within this time.
 */
const PATIENCE_MS = 20_000;
/**
 * A peer that was heard within this time counts as heard, because each refused dial counts as silence until the next
 * frame.
 */
const HEARD_MS = 5000;

interface Seen {
  /** True while our stream to the peer is open. */
  out: boolean;
  /** Monotonic ms at which `out` changed last. */
  outSince: number;
  /** True while frames come from the peer. */
  heard: boolean;
  heardSince: number;
  heardAt: number;
}

/** What {@link ReachWatch} needs. */
export interface ReachDeps {
  readonly self: number;
  readonly configured: readonly Peer[];
  /** True while frames come from the peer. */
  readonly hears: (peer: number) => boolean;
  /** Monotonic ms. */
  readonly now: () => number;
}

/** See the top of this file. The transport reports streams to `onStream`; `warnings` does the rest. */
export class ReachWatch {
  readonly #deps: ReachDeps;
  readonly #seen = new Map<number, Seen>();

  constructor(deps: ReachDeps) {
    this.#deps = deps;
    const since = deps.now();
    for (const { id } of deps.configured) {
      if (id !== deps.self)
        this.#seen.set(id, {
          out: false,
          outSince: since,
          heard: false,
          heardSince: since,
          heardAt: Number.NEGATIVE_INFINITY,
        });
    }
  }

  /** Reports that a stream to (`out`) or from (`in`) a peer was opened or closed. */
  onStream(peer: number, direction: "in" | "out", open: boolean): void {
    const seen = this.#seen.get(peer);
    if (seen === undefined || direction === "in" || seen.out === open) return;
    seen.out = open;
    seen.outSince = this.#deps.now();
  }

  /** True if a peer takes our stream but sends nothing: it may have data, and only be unable to reach us. */
  get isUnanswered(): boolean {
    return [...this.#seen.values()].some(({ out, heard }) => out && !heard);
  }

  /** The warnings that are true now. To be called at least every few seconds. */
  warnings(): string[] {
    const { configured, hears, now, self } = this.#deps;
    const own = configured.find((peer) => peer.id === self);
    return configured.flatMap((peer) => {
      const seen = this.#seen.get(peer.id);
      if (seen === undefined) return [];
      if (hears(peer.id)) seen.heardAt = now();
      const heard = now() - seen.heardAt < HEARD_MS;
      if (heard !== seen.heard) {
        seen.heard = heard;
        seen.heardSince = now();
      }
      if (seen.out === seen.heard || now() - Math.max(seen.outSince, seen.heardSince) < PATIENCE_MS) return [];
      if (seen.heard) {
        return [
          `replica ${peer.id} reaches this one, but cannot be reached at ${printAddress(peer)}: ` +
            "if it has another address now, restart this replica with that address in --peers",
        ];
      }
      const here = own === undefined ? "its address" : printAddress(own);
      return [
        `this replica reaches replica ${peer.id}, but replica ${peer.id} does not reach this one at ${here}: ` +
          `restart replica ${peer.id} with that address in its --peers, or let its host connect to it`,
      ];
    });
  }
}
