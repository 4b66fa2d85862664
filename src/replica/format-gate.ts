/**
 * One replica's part in upgrading a cluster one replica at a time: tells the others what this executable
 * understands, keeps what they told, and counts what they said in words that are new to it.
 */
import type { Enable } from "../chat/kinds/enable.ts";
import { FormatTooNew } from "../chat/kinds/op.ts";
import type { Beat, UnreadFrame } from "../election/frame.ts";
import type { Formats } from "../election/ports.ts";
import {
  formatToEnable,
  formatToForce,
  lacking,
  snapshotBetween,
  standing,
  type Announced,
  type Release,
} from "../election/release.ts";
import type { ReplicaId, Seq } from "../election/view.ts";
import type { Logger } from "../host/logger.ts";
import { replicasText } from "../host/log-sentences.ts";
import type { FormatsJson, UnreadJson } from "../ops/cluster-status.ts";
import type { EnableAnswer } from "../ops/control.ts";

export interface FormatGateDeps {
  readonly self: ReplicaId;
  readonly configured: readonly ReplicaId[];
  readonly release: Release;
  /** The format of ops that is in force in this replica's rows. */
  readonly inForce: () => number;
  readonly applied: () => Seq;
  /** The peer's last Beat while it is heard. */
  readonly peerBeat: (peer: ReplicaId) => Beat | null;
  readonly logger: Logger;
  /** This replica leads a view that is active, and takes ops. */
  readonly leads: () => boolean;
  /** Puts the op into the log; true once it is applied here. */
  readonly propose: (enable: Enable) => Promise<boolean>;
  /** For people: a format is in force. */
  readonly onEnabled: (text: string, format: number) => void;
  /** This executable cannot go on in this cluster: ops of a format that it does not know are in force. */
  readonly onTooOld: (error: FormatTooNew) => void;
}

export class FormatGate implements Formats {
  readonly #deps: FormatGateDeps;
  /** Frames that were left out, by peer and number. */
  readonly #unread = new Map<ReplicaId, Map<number, { version: string; count: number }>>();

  /** The leader whose snapshot this replica needs and cannot read, and what it runs. */
  #waitsFor: { readonly leader: ReplicaId; readonly release: Release } | null = null;

  #enabling = false;

  constructor(deps: FormatGateDeps) {
    this.#deps = deps;
  }

  /** The Beat as it leaves: with what this executable understands, and what has come of it. */
  announced(beat: Beat): Beat {
    const { release, inForce, applied } = this.#deps;
    return { ...beat, applied: applied(), opFormat: inForce(), release };
  }

  /** A peer of a newer version sent what this executable cannot read. One line for each kind of frame. */
  onUnread(peer: ReplicaId, { number }: UnreadFrame, { version }: Release): void {
    const ofPeer = this.#unread.get(peer) ?? new Map<number, { version: string; count: number }>();
    this.#unread.set(peer, ofPeer);
    const known = ofPeer.get(number);
    ofPeer.set(number, { version, count: (known?.count ?? 0) + 1 });
    if (known?.version !== version) this.#deps.logger.warn("frame_unknown", { peer, frame: number, version });
  }

  /** What was left out of what the peer said. */
  unreadOf(peer: ReplicaId): readonly UnreadJson[] {
    return [...(this.#unread.get(peer) ?? [])].map(([frame, { version, count }]) => ({ frame, version, count }));
  }

  /** What a replica understands, as it said; null while it is not heard. */
  releaseOf(id: ReplicaId): Release | null {
    const { self, release, peerBeat } = this.#deps;
    return id === self ? release : (peerBeat(id)?.release ?? null);
  }

  /** For status: what is in force, the newest format that somebody knows, and what keeps it from being enabled. */
  formats(): FormatsJson {
    const inForce = this.#deps.inForce();
    const replicas = this.#replicas();
    const newest = Math.max(inForce, ...replicas.map(({ release }) => release?.opFormat ?? 0));
    if (newest === inForce) return { inForce, next: null, lacking: [] };
    return { inForce, next: newest, lacking: lacking(newest, replicas).map(standing) };
  }

  /** Called now and then: the leader enables what everybody understands. */
  look(): void {
    const { leads, release } = this.#deps;
    if (this.#enabling || !leads()) return;
    const format = formatToEnable(this.inForce(), this.#replicas());
    if (format === null) return;
    const text = `Format ${format} is in force: all replicas have version ${release.version} or another that knows it.`;
    void this.#enable(format, text);
  }

  /** An operator gives up these replicas; what came of it, for him. */
  async enableWithout(without: readonly ReplicaId[]): Promise<EnableAnswer> {
    const may = formatToForce(this.inForce(), this.#replicas(), without);
    if ("lacking" in may) return { enabled: null, inForce: this.inForce(), lacking: may.lacking.map(standing) };
    if ("needless" in may) {
      const who = may.needless.map((id) => `replica ${id} does not keep it from being enabled`);
      return { enabled: null, inForce: this.inForce(), lacking: who };
    }
    const { format } = may;
    const gone = without.length === 0 ? "" : `, enabled by command without ${replicasText(without)}`;
    const enabled = await this.#enable(format, `Format ${format} is in force${gone}.`);
    return enabled
      ? { enabled: format, inForce: this.inForce(), lacking: [] }
      : { enabled: null, inForce: this.inForce(), lacking: ["nothing can be written now; try again"] };
  }

  async #enable(format: number, text: string): Promise<boolean> {
    this.#enabling = true;
    try {
      const { release, propose, onEnabled } = this.#deps;
      if (!(await propose({ kind: "enable", format, version: release.version }))) return false;
      onEnabled(text, format);
      return true;
    } finally {
      this.#enabling = false;
    }
  }

  /** Why ops of this format cannot be written, for a person; null if they can. */
  whyNot(format: number): string | null {
    if (format <= this.inForce()) return null;
    const { version } = this.#deps.release;
    const who = lacking(format, this.#replicas()).map(standing).join(", ");
    return `This needs all replicas at version ${version}; ${who === "" ? "it is about to be enabled" : who}.`;
  }

  inForce(): number {
    return this.#deps.inForce();
  }

  /** See Formats in election/ports.ts. */
  snapshotFrom(leader: ReplicaId): "takes" | "waits" | "ends" {
    const beat = this.#deps.peerBeat(leader);
    const { release: own, onTooOld } = this.#deps;
    this.#waitsFor = null;
    // Its Beats say nothing yet: the header of the snapshot does.
    if (beat?.release === undefined) return "takes";
    const { release, opFormat: inForce = 1 } = beat;
    const may = snapshotBetween({ schema: release.schema, inForce }, own);
    if (may === "waits") this.#waitsFor = { leader, release };
    if (may === "ends") onTooOld(new FormatTooNew(inForce, null, release.version));
    return may;
  }

  /** Sentences for the operator of this host, each true now. */
  warnings(): readonly string[] {
    const waits = this.#waitsFor;
    if (waits === null || this.#deps.peerBeat(waits.leader)?.release?.schema !== waits.release.schema) return [];
    const { version, schema } = waits.release;
    const { release: own } = this.#deps;
    return [
      `waiting: the state of replica ${waits.leader} has newer tables (${schema}, of version ${version}) than version ` +
        `${own.version} reads (${own.schema}); install ${version} here`,
    ];
  }

  #replicas(): readonly Announced[] {
    return this.#deps.configured.map((id) => ({ id, release: this.releaseOf(id) }));
  }
}
