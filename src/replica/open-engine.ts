/**
 * Builds what orders the ops of this replica's cluster: our own engine over its log, state and peers, the clock
 * that dates ops, and the gate that says which formats may be written. They are built before everything that listens
 * to them: rooms that want news of peers add themselves to `heard`, and the engine gets its listener when it starts.
 *
 * Clock, gate and transport call the engine and it calls them, but only once it runs.
 */
import { randomBytes } from "node:crypto";
import { setting, wallClockMs } from "../base/faults.ts";
import { hostScheduler } from "../base/scheduler.ts";
import { enableId } from "../chat/kinds/enable.ts";
import { encodeOp, keyOf, markRecovered, opKey } from "../chat/kinds/op.ts";
import type { LogDb } from "../db/log/log-db.ts";
import { ClusterClock } from "../election/driver/cluster-clock.ts";
import { DEFAULT_TIMING } from "../election/event.ts";
import type { Beat } from "../election/frame.ts";
import { GrpcPeerTransport, type GrpcPeerListener } from "../election/peers/transport.ts";
import type { ReplicaId } from "../election/view.ts";
import { viewNoKey } from "../election/view.ts";
import { OwnEngine } from "../engine/own-engine.ts";
import { caughtErrors } from "../host/error-place.ts";
import type { ReplicaContext } from "./context.ts";
import { FormatGate, type FormatGateDeps } from "./format-gate.ts";
import { openFiles, type FileParts } from "./open-files.ts";
import type { Membership } from "./join-cluster.ts";
import { loggedSnapshots } from "./logged-snapshots.ts";
import { MismatchWatch } from "./mismatch-watch.ts";
import { ownRelease } from "./own-release.ts";
import type { ReplicaStorage } from "./storage.ts";

/** Listeners for what peers do; rooms add theirs before the engine starts. */
export interface Heard {
  readonly beats: ((from: ReplicaId, beat: Beat) => void)[];
  readonly streams: GrpcPeerListener["onStream"][];
}

/** The engine and what belongs to it. */
export interface EngineParts {
  readonly engine: OwnEngine;
  readonly transport: GrpcPeerTransport;
  readonly files: FileParts;
  readonly clock: ClusterClock;
  readonly gate: FormatGate;
  readonly mismatches: MismatchWatch;
  readonly heard: Heard;
  readonly caught: ReturnType<typeof caughtErrors>;
  /** Gets a sentence for people when a format has come into force. The room that shows it replaces this function. */
  enabled: (text: string, format: number) => void;
}

/** What the engine is built on. */
export interface EngineStore {
  readonly context: ReplicaContext;
  /** The replica's folder. */
  readonly folder: string;
  readonly bootId: string;
  readonly log: LogDb;
  readonly storage: ReplicaStorage;
  readonly membership: Membership;
}

/** Builds the parts; nothing runs yet. Throws what the log throws. */
export function openEngine(store: EngineStore): EngineParts {
  const { context, log, storage } = store;
  const heard: Heard = { beats: [], streams: [] };
  const caught = caughtErrors(context.logger);
  const engine = (): OwnEngine => parts.engine;
  const clock = new ClusterClock({
    self: context.id,
    wallMs: wallClockMs,
    nowMs: () => performance.now(),
    hears: (peer) => engine().peerBeat(peer) !== null,
  });
  const gate = openGate(store, { clock, engine, onEnabled: (text, format) => parts.enabled(text, format) });
  const mismatches = new MismatchWatch({
    peers: context.settings.peers.map((peer) => peer.id).filter((peer) => peer !== context.id),
    admitted: log.restore().admitted,
    inView: () => engine().coreStatus().active,
    logger: context.logger,
    onMismatch: context.onMismatch,
    onWarning: (sentence) => process.stderr.write(`lastword: ${sentence}\n`),
  });
  const snapshots = loggedSnapshots(storage.snapshots, caught);
  const files = openFiles(store, {
    view: () => engine().coreStatus().view,
    hears: (peer) => engine().peerBeat(peer) !== null,
    dial: (peer) => transport.dialFiles(peer),
  });
  const transport = openTransport(store, { clock, engine, gate, mismatches, heard, snapshots, files });
  const own = openOwnEngine(store, { clock, gate, snapshots, transport });
  const parts: EngineParts = {
    engine: own,
    transport,
    files,
    clock,
    gate,
    mismatches,
    heard,
    caught,
    enabled: () => {},
  };
  return parts;
}

/** The parts that others call once they run. */
interface Among {
  readonly clock: ClusterClock;
  readonly engine: () => OwnEngine;
}

function openGate(
  { context, storage }: EngineStore,
  { clock, engine, onEnabled }: Among & Pick<FormatGateDeps, "onEnabled">,
): FormatGate {
  return new FormatGate({
    self: context.id,
    configured: context.settings.peers.map((peer) => peer.id),
    release: ownRelease(),
    inForce: () => storage.state.queries.opFormat(),
    applied: () => storage.state.appliedSeq(),
    heldOps: () => engine().heldOps,
    peerBeat: (peer) => engine().peerBeat(peer),
    logger: context.logger,
    leads: () => engine().status().leads,
    propose: async (enable) => {
      const clientId = enableId(enable.format);
      const op = { user: "", clientId, timeMicros: clock.nowMicros(), origin: null, recovered: false, body: enable };
      return (await engine().propose(keyOf(op), encodeOp(op))).kind === "applied";
    },
    onEnabled,
    onTooOld: context.onFatal,
  });
}

function openTransport(
  { context, bootId, log, membership }: EngineStore,
  parts: Among & {
    readonly gate: FormatGate;
    readonly mismatches: MismatchWatch;
    readonly heard: Heard;
    readonly snapshots: ReturnType<typeof loggedSnapshots>;
    readonly files: FileParts;
  },
): GrpcPeerTransport {
  const { id, settings, logger } = context;
  const { key } = membership;
  const { clock, engine, gate, mismatches, heard, snapshots, files } = parts;
  return new GrpcPeerTransport({
    self: { replicaId: id, storeId: log.storeId, bootId },
    clusterId: () => log.clusterId ?? "",
    peers: settings.peers.filter((peer) => peer.id !== id),
    key: key.secret,
    // The ids of the replicas must be the same everywhere; the addresses at which they find each other may differ.
    settings: { mode: `${key.consistency} ${key.recovery}`, peers: settings.peers.map((peer) => peer.id).join() },
    release: ownRelease(),
    listener: {
      onFrame: (from, frame) => {
        if (frame.type === "beat") {
          if (frame.wallMs !== undefined) clock.heard(from, frame.wallMs);
          for (const hear of heard.beats) hear(from, frame);
        }
        engine().onFrame(from, frame);
      },
      onRefused: (peer) => engine().onRefused(peer),
      ...mismatches.listener,
      onUnread: (peer, frame, from) => gate.onUnread(peer, frame, from),
      onStream: (peer, direction, open) => {
        logger.debug(open ? "stream_open" : "stream_closed", { peer, reason: direction });
        for (const hear of heard.streams) hear(peer, direction, open);
      },
    },
    snapshots,
    files: (from, question) => files.exchange.answer(from, question),
    nowMs: wallClockMs,
  });
}

function openOwnEngine(
  { context, bootId, log, storage, membership }: EngineStore,
  parts: {
    readonly clock: ClusterClock;
    readonly gate: FormatGate;
    readonly snapshots: ReturnType<typeof loggedSnapshots>;
    readonly transport: GrpcPeerTransport;
  },
): OwnEngine {
  const { id, settings, onFatal } = context;
  const { clock, gate, snapshots, transport } = parts;
  return new OwnEngine({
    identity: {
      replicaId: id,
      storeId: log.storeId,
      bootId,
      configured: settings.peers.map((peer) => peer.id),
      consistency: membership.key.consistency,
      recovery: membership.key.recovery,
      loopback: settings.loopback,
      creator: membership.creator,
    },
    nonce: () => randomBytes(8).toString("hex"),
    timing: { ...DEFAULT_TIMING, keepEntries: setting("keep", DEFAULT_TIMING.keepEntries) },
    scheduler: hostScheduler,
    log,
    state: storage.state,
    snapshots,
    formats: gate,
    transport,
    openState: (snapshot) => {
      storage.switchTo(snapshot.ref);
      return storage.state;
    },
    recover: (op) => {
      const viewNo = log.lineage().at(-1)?.no;
      const nowMs = clock.agreedMs();
      const origin = { replica: id, view: viewNo === undefined ? "" : viewNoKey(viewNo) };
      const bytes = markRecovered(op, origin, nowMs === null ? null : nowMs * 1000);
      return { key: opKey(bytes), op: bytes };
    },
    dated: (beat) => gate.announced(clock.dated(beat)),
    onFatal: (error) => onFatal(gate.named(error)),
  });
}
