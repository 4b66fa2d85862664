/**
 * Reports a clock that most others contradict: in one line at its own host, and in the events that every replica shows.
 */
import { offText, roughly } from "../host/clock-text.ts";
import type { Logger } from "../host/logger.ts";
import type { ClusterClock } from "../election/driver/cluster-clock.ts";
import type { ReplicaId } from "../election/view.ts";

export interface ClockWatchDeps {
  readonly self: ReplicaId;
  readonly clock: Pick<ClusterClock, "judge" | "offMs">;
  readonly logger: Logger;
  /** Gets a sentence for a person at this host. */
  readonly onWarning: (sentence: string) => void;
  /** Gets a sentence for the events that every replica shows. */
  readonly onEvent: (text: string) => void;
}

/** A difference is reported after this many looks, because clocks are often set while a host starts. */
const STEADY_LOOKS = 4;

/** Watches the clocks of all replicas; see the top of this file. */
export class ClockWatch {
  readonly #deps: ClockWatchDeps;
  /** Replicas whose clocks were reported as wrong. */
  #told = new Set<ReplicaId>();
  #disputed = false;
  #seen = "";
  #steady = 0;

  constructor(deps: ClockWatchDeps) {
    this.#deps = deps;
  }

  /** Called twice a second. */
  look(): void {
    const { agreed, aheadMs } = this.#deps.clock.judge();
    const off = this.#deps.clock.offMs();
    const seen = `${String(agreed)} ${[...off.keys()].join()}`;
    this.#steady = seen === this.#seen ? this.#steady + 1 : 1;
    this.#seen = seen;
    if (this.#steady !== STEADY_LOOKS) return;
    if (agreed) this.#tellOff(off, aheadMs);
    else if (!this.#disputed) this.#tellDispute(aheadMs);
    this.#disputed = !agreed;
  }

  #tellOff(off: ReadonlyMap<ReplicaId, number>, heard: ReadonlyMap<ReplicaId, number>): void {
    const { self, logger, onWarning, onEvent } = this.#deps;
    for (const [id, ms] of off) {
      if (this.#told.has(id)) continue;
      this.#told.add(id);
      logger.warn("clock_off", { peer: id, ms: Math.round(ms) });
      onEvent(`The clock of replica ${id} is ${offText(ms)}; the clocks of the others date its messages.`);
      if (id === self)
        onWarning(
          `the clock of this host is ${offText(ms)}; until it is set (NTP), the other replicas' clocks date messages`,
        );
    }
    for (const id of this.#told) {
      if (off.has(id) || !heard.has(id)) continue;
      this.#told.delete(id);
      onEvent(`The clock of replica ${id} is right again.`);
      if (id === self) onWarning("the clock of this host is right again");
    }
  }

  #tellDispute(heard: ReadonlyMap<ReplicaId, number>): void {
    const { logger, onWarning, onEvent } = this.#deps;
    const ids = [...heard.keys()].sort((a, b) => a - b).join(" and ");
    const apart = roughly(Math.max(...heard.values()) - Math.min(...heard.values()));
    logger.warn("clocks_disputed", { ms: Math.round(Math.max(...heard.values()) - Math.min(...heard.values())) });
    onEvent(`The clocks of replicas ${ids} are ${apart} apart, and most of them do not agree.`);
    onWarning(`the clocks of replicas ${ids} are ${apart} apart, and it is not known which is right; set them (NTP)`);
  }
}
