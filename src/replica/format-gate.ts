/**
 * One replica's part in upgrading a cluster one replica at a time: tells the others what this executable
 * understands, keeps what they told, and counts what they said in words that are new to it.
 */
import type { Enable } from "../chat/kinds/enable.ts";
import { FormatTooNew } from "../chat/kinds/op.ts";
import type { Beat, UnreadFrame } from "../election/frame.ts";
import type { Formats } from "../election/ports.ts";
import {
  commonProtocol,
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
  /** Ops of a branch that lost which wait here until their format is in force. */
  readonly heldOps: () => number;
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
    const { release, inForce, applied, heldOps } = this.#deps;
    const held = heldOps();
    return { ...beat, applied: applied(), opFormat: inForce(), release, ...(held === 0 ? {} : { heldOps: held }) };
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

  /** Ops that wait at a replica until their format is in force, as it said; 0 while it is not heard. */
  heldOpsOf(id: ReplicaId): number {
    const { self, heldOps, peerBeat } = this.#deps;
    return id === self ? heldOps() : (peerBeat(id)?.heldOps ?? 0);
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
    const heard = replicas.flatMap(({ release }) => release ?? []);
    const peerProtocol = commonProtocol(...heard);
    const newest = Math.max(inForce, ...heard.map(({ opFormat }) => opFormat));
    if (newest === inForce) return { inForce, next: null, lacking: [], peerProtocol };
    return { inForce, next: newest, lacking: lacking(newest, replicas).map(standing), peerProtocol };
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

  /** At the leader: an operator gives up these replicas. What came of it, for him. */
  async enableWithout(without: readonly ReplicaId[]): Promise<EnableAnswer> {
    const before = this.inForce();
    const refused = (...lacking: string[]): EnableAnswer => ({ enabled: null, before, by: this.#deps.self, lacking });
    const strangers = without.filter((id) => !this.#deps.configured.includes(id));
    if (strangers.length > 0) return refused(...strangers.map((id) => `there is no replica ${id}`));
    const may = formatToForce(before, this.#replicas(), without);
    if ("lacking" in may) return refused(...may.lacking.map(standing));
    if ("needless" in may) {
      return refused(...may.needless.map((id) => `replica ${id} does not keep it from being enabled`));
    }
    const { format } = may;
    const gone = without.length === 0 ? "" : `, enabled by command without ${replicasText(without)}`;
    const isEnabled = await this.#enable(format, `Format ${format} is in force${gone}.`);
    if (!isEnabled) return refused("nothing can be written now; try again");
    return { enabled: format, before, by: this.#deps.self, lacking: [] };
  }

  async #enable(format: number, text: string): Promise<boolean> {
    this.#enabling = true;
    try {
      const { propose, onEnabled } = this.#deps;
      if (!(await propose({ kind: "enable", format, version: this.#versionWith(format) }))) return false;
      onEnabled(text, format);
      return true;
    } finally {
      this.#enabling = false;
    }
  }

  /** A version that knows the format: this one's, or another replica's where an operator gives up this one. */
  #versionWith(format: number): string {
    const { release } = this.#deps;
    const others = this.#replicas().flatMap((replica) => replica.release ?? []);
    return [release, ...others].find(({ opFormat }) => opFormat >= format)?.version ?? release.version;
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
