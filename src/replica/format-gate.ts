/**
 * One replica's part in upgrading a cluster one replica at a time: announces to the others what this executable
 * understands, reads what they announce, enables formats if it leads, and counts frames that it cannot read.
 */
import { ENABLE_KEY, type Enable } from "../chat/kinds/enable.ts";
import { MalformedOp } from "../chat/kinds/kind.ts";
import { decodeOp, FormatTooNew } from "../chat/kinds/op.ts";
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
  /** The op format that is in force in this replica's rows. */
  readonly inForce: () => number;
  readonly applied: () => Seq;
  /** Number of ops of a lost branch that wait in this replica's fork queue until their format is in force. */
  readonly heldOps: () => number;
  /** The peer's last Beat while it is heard; null otherwise. */
  readonly peerBeat: (peer: ReplicaId) => Beat | null;
  readonly logger: Logger;
  /** True while this replica leads an active view and takes ops. */
  readonly leads: () => boolean;
  /** Proposes the op; true once it is applied here, false if that failed. */
  readonly propose: (enable: Enable) => Promise<boolean>;
  /** Gets a sentence for people when a format has come into force. */
  readonly onEnabled: (text: string, format: number) => void;
  /** Called if this executable cannot continue in this cluster, because a format that it does not know is in force. */
  readonly onTooOld: (error: FormatTooNew) => void;
}

/** See the top of this file; election/release.ts has the rules. */
export class FormatGate implements Formats {
  readonly #deps: FormatGateDeps;
  /** Frames that this replica left out because it cannot read them, by peer and field number. */
  readonly #unread = new Map<ReplicaId, Map<number, { version: string; count: number }>>();

  /** The leader whose snapshot this replica needs but cannot read, and that leader's release. */
  #waitsFor: { readonly leader: ReplicaId; readonly release: Release } | null = null;

  #enabling = false;

  constructor(deps: FormatGateDeps) {
    this.#deps = deps;
  }

  /** The Beat with what this executable announces: its release, the applied seq, the format in force, the held ops. */
  announced(beat: Beat): Beat {
    const { release, inForce, applied, heldOps } = this.#deps;
    const held = heldOps();
    return { ...beat, applied: applied(), opFormat: inForce(), release, ...(held === 0 ? {} : { heldOps: held }) };
  }

  /** Counts a frame of a newer peer that this executable cannot read, and logs one line per kind of frame. */
  onUnread(peer: ReplicaId, { number }: UnreadFrame, { version }: Release): void {
    const ofPeer = this.#unread.get(peer) ?? new Map<number, { version: string; count: number }>();
    this.#unread.set(peer, ofPeer);
    const known = ofPeer.get(number);
    ofPeer.set(number, { version, count: (known?.count ?? 0) + 1 });
    if (known?.version !== version) this.#deps.logger.warn("frame_unknown", { peer, frame: number, version });
  }

  /** The frames of a peer that this replica left out. */
  unreadOf(peer: ReplicaId): readonly UnreadJson[] {
    return [...(this.#unread.get(peer) ?? [])].map(([frame, { version, count }]) => ({ frame, version, count }));
  }

  /** Number of ops that a replica says it holds until their format is in force; 0 while it is not heard. */
  heldOpsOf(id: ReplicaId): number {
    const { self, heldOps, peerBeat } = this.#deps;
    return id === self ? heldOps() : (peerBeat(id)?.heldOps ?? 0);
  }

  /** The release that a replica announces; null while it is not heard. */
  releaseOf(id: ReplicaId): Release | null {
    const { self, release, peerBeat } = this.#deps;
    return id === self ? release : (peerBeat(id)?.release ?? null);
  }

  /** For status: the format in force, the newest one that any replica knows, and why that one is not enabled yet. */
  formats(): FormatsJson {
    const inForce = this.#deps.inForce();
    const replicas = this.#replicas();
    const heard = replicas.flatMap(({ release }) => release ?? []);
    const peerProtocol = commonProtocol(...heard);
    const newest = Math.max(inForce, ...heard.map(({ opFormat }) => opFormat));
    if (newest === inForce) return { inForce, next: null, lacking: [], peerProtocol };
    return { inForce, next: newest, lacking: lacking(newest, replicas).map(standing), peerProtocol };
  }

  /** To be called at short intervals. The leader enables a format that every configured replica understands. */
  look(): void {
    const { leads, release } = this.#deps;
    if (this.#enabling || !leads()) return;
    const format = formatToEnable(this.inForce(), this.#replicas());
    if (format === null) return;
    const text = `Format ${format} is in force: all replicas have version ${release.version} or another that knows it.`;
    void this.#enable(format, text);
  }

  /** At the leader: enables the next format although these replicas lack it, and returns an answer for the operator. */
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
    const isEnabled = await this.#enable(format, `Format ${format} is in force${gone}.`, without);
    if (!isEnabled) return refused("nothing can be written now; try again");
    return { enabled: format, before, by: this.#deps.self, lacking: [] };
  }

  async #enable(format: number, text: string, without: readonly ReplicaId[] = []): Promise<boolean> {
    this.#enabling = true;
    try {
      const { propose, onEnabled } = this.#deps;
      const version = this.#versionWith(format);
      if (!(await propose({ kind: "enable", format, version, without }))) return false;
      onEnabled(text, format);
      return true;
    } finally {
      this.#enabling = false;
    }
  }

  /** A version that knows the format: this replica's, or another's if the operator has given up this replica. */
  #versionWith(format: number): string {
    const { release } = this.#deps;
    const others = this.#replicas().flatMap((replica) => replica.release ?? []);
    return [release, ...others].find(({ opFormat }) => opFormat >= format)?.version ?? release.version;
  }

  /** Why ops of this format cannot be written yet, as a sentence for a person; null if they can. */
  whyNot(format: number): string | null {
    if (format <= this.inForce()) return null;
    const { version } = this.#deps.release;
    const who = lacking(format, this.#replicas()).map(standing).join(", ");
    return `This needs all replicas at version ${version}; ${who === "" ? "it is about to be enabled" : who}.`;
  }

  inForce(): number {
    return this.#deps.inForce();
  }

  /**
   * See Formats in election/ports.ts. It is not enough that all replicas knew the format when the op was proposed.
   * After a change of leadership the op may arrive here seconds later. By then a replica may have gone back to a
   * version that does not know the format, and would end because of it.
   */
  mayAppend(key: string, op: Uint8Array): boolean {
    const enable = key.startsWith(ENABLE_KEY) ? enableIn(op) : null;
    if (enable === null) return true;
    return lacking(enable.format, this.#replicas()).every(({ id }) => enable.without.includes(id));
  }

  /** See Formats in election/ports.ts. */
  snapshotFrom(leader: ReplicaId): "takes" | "waits" | "ends" {
    const beat = this.#deps.peerBeat(leader);
    const { release: own, onTooOld } = this.#deps;
    this.#waitsFor = null;
    // No Beat has announced its release yet. The header of the snapshot will name its schema.
    if (beat?.release === undefined) return "takes";
    const { release, opFormat: inForce = 1 } = beat;
    const may = snapshotBetween({ schema: release.schema, inForce }, own);
    if (may === "waits") this.#waitsFor = { leader, release };
    if (may === "ends") onTooOld(new FormatTooNew(inForce, null, release.version));
    return may;
  }

  /** Adds to a FormatTooNew the version of another replica that knows the format, if there is one. */
  named(error: unknown): unknown {
    if (!(error instanceof FormatTooNew) || error.version !== null) return error;
    const { format, kind } = error;
    const known = this.#replicas().find(({ release }) => release !== null && release.opFormat >= format);
    return known === undefined ? error : new FormatTooNew(format, kind, known.release!.version);
  }

  /** Sentences for the operator of this host, each true at this moment. */
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

/** The body of an op that enables a format on this branch; null for any other op. */
function enableIn(bytes: Uint8Array): Enable | null {
  try {
    const { body, recovered } = decodeOp(bytes);
    return body.kind === "enable" && !recovered ? body : null;
  } catch (error) {
    // Apply records it as an op that could not be read.
    if (error instanceof MalformedOp) return null;
    throw error;
  }
}
