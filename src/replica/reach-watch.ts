/**
 * Finds out that replicas reach each other in one direction only: after a dead computer was
 * replaced under another address, or with an address in --peers that is right on one host alone.
 * Such a replica looks well to itself and counts nowhere, so whoever sees it says so.
 */
import { printAddress, type Peer } from "../host/address.ts";

/**
 * Connecting takes a moment in each direction, and longer while hosts boot. A frozen peer answers no
 * ping, so our stream to it is closed well within this time.
 */
const PATIENCE_MS = 20_000;
/** Each refused dial counts as silence until the next frame: who was heard within this time is heard. */
const HEARD_MS = 5000;

interface Seen {
  /** Our stream to it is open. */
  out: boolean;
  /** Monotonic ms since when it has been so. */
  outSince: number;
  /** Frames come from it. */
  heard: boolean;
  heardSince: number;
  heardAt: number;
}

export interface ReachDeps {
  readonly self: number;
  readonly configured: readonly Peer[];
  /** True while frames come from the peer. */
  readonly hears: (peer: number) => boolean;
  /** Monotonic ms. */
  readonly now: () => number;
}

/** Fed with what the transport says about streams; looks at the rest when it is asked. */
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

  onStream(peer: number, direction: "in" | "out", open: boolean): void {
    const seen = this.#seen.get(peer);
    if (seen === undefined || direction === "in" || seen.out === open) return;
    seen.out = open;
    seen.outSince = this.#deps.now();
  }

  /** A peer takes our stream and does not answer on one of its own: it may know all, and just not reach us. */
  get isUnanswered(): boolean {
    return [...this.#seen.values()].some(({ out, heard }) => out && !heard);
  }

  /** What is so now; asked for at least every few seconds. */
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
