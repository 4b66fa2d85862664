/**
 * Decides what it means if a peer answers but does not fit to this replica. A replica that never
 * belonged to the cluster assumes that it was itself started wrongly, unless it gets into a view
 * soon. A replica that did belong continues, unless all the others disagree with it.
 */
import type { MismatchReason } from "../election/peers/proof.ts";
import type { Logger } from "../host/logger.ts";
import { VERSION } from "../base/version.ts";
import { damageReports } from "./damage-log.ts";

export interface MismatchWatchDeps {
  readonly peers: readonly number[];
  /** True if the store was in an active view once. */
  readonly admitted: boolean;
  /** True while this replica is in an active view. */
  readonly inView: () => boolean;
  readonly logger: Logger;
  readonly onMismatch: (what: string, todo: string) => void;
  /** Gets a sentence for a person if the replica continues in spite of the mismatch. */
  readonly onWarning: (sentence: string) => void;
}

/** How long the replica waits to get into a view in spite of a peer that does not fit. */
const PATIENCE_MS = 3000;

const SENTENCES: Record<Exclude<MismatchReason, "clock">, { what: string; todo: string }> = {
  key: { what: "has another cluster key", todo: "copy cluster.key from its data folder, or correct --peers" },
  cluster: { what: "belongs to another cluster", todo: "correct --peers, or choose another folder with --data" },
  mode: { what: "has another --consistency or --recovery", todo: "start all replicas of a cluster with the same" },
  peers: { what: "has other replica ids in --peers", todo: "give the same ids on every host" },
  version: { what: "has a version that this one cannot talk to", todo: "run the same version of lastword everywhere" },
};

/** What does not fit, for a person. `version` is the other side's, if it said so. */
function sentence(reason: keyof typeof SENTENCES, version: string | null): { what: string; todo: string } {
  if (reason !== "version" || version === null) return SENTENCES[reason];
  return {
    what: `is lastword ${version}, which this one (${VERSION}) cannot talk to,`,
    todo: "install the newer one here, or one that lies between them first, as CHANGELOG.md says",
  };
}

/** See the top of this file. */
export class MismatchWatch {
  readonly #deps: MismatchWatchDeps;
  readonly #reported = new Map<number, { readonly what: string; readonly todo: string }>();
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** Gets the transport's reports of peers that do not fit or send damaged bytes. */
  readonly listener: {
    onMismatch(peer: number, reason: MismatchReason, version: string | null): void;
    onDamaged(peer: number, what: string): void;
  };

  constructor(deps: MismatchWatchDeps) {
    this.#deps = deps;
    this.listener = {
      onMismatch: (peer, reason, version) => this.report(peer, reason, version),
      onDamaged: damageReports(deps.logger),
    };
  }

  /** Reports that a peer answered and does not fit. */
  report(peer: number, reason: MismatchReason, version: string | null = null): void {
    this.#deps.logger.warn("peer_mismatch", { peer, reason });
    // ClockWatch informs people, because it knows whose clock is wrong.
    if (reason === "clock") return;
    const { what, todo } = sentence(reason, version);
    if (this.#deps.inView()) {
      this.#deps.onWarning(`replica ${peer} ${what} and stays out; ${todo}`);
      return;
    }
    this.#reported.set(peer, { what, todo });
    this.#timer ??= setTimeout(() => this.#decide(), PATIENCE_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #decide(): void {
    this.#timer = null;
    const [first] = this.#reported;
    if (first === undefined || this.#deps.inView()) return;
    const [peer, { what, todo }] = first;
    const everybody = this.#deps.peers.every((id) => this.#reported.has(id));
    if (this.#deps.admitted && !everybody) this.#deps.onWarning(`replica ${peer} ${what} and stays out; ${todo}`);
    else this.#deps.onMismatch(`replica ${peer} ${what}`, todo);
  }
}
