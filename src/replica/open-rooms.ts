/**
 * Builds the rooms of a replica between its stores and its ports: the engine, its listeners, and the chat. Each is
 * built from those before it; nothing runs yet.
 */
import { setting } from "../base/faults.ts";
import { join } from "node:path";
import { hostScheduler } from "../base/scheduler.ts";
import { createChat, type Chat } from "../chat/service/chat.ts";
import { GATHER_MS } from "../chat/service/gatherer.ts";
import { clusterToken } from "../host/cluster-key.ts";
import { nameCluster } from "../db/log/cluster-id.ts";
import type { LogDb } from "../db/log/log-db.ts";
import { DiskRoom } from "../db/disk-room.ts";
import { SearchIndex } from "../db/search/search-index.ts";
import { timesSetAside } from "../db/set-aside.ts";
import type { Notice } from "../election/event.ts";
import { viewNoKey } from "../election/view.ts";
import type { OwnEngineListener } from "../engine/own-engine.ts";
import { Chronicle } from "../ops/chronicle.ts";
import { StatusReport } from "../ops/status-report.ts";
import { ClockWatch } from "./clock-watch.ts";
import type { ReplicaContext } from "./context.ts";
import { ReplicaGossip } from "./gossip.ts";
import type { HostWatch } from "./host-watch.ts";
import type { PageServer } from "./listeners.ts";
import { logNotice } from "./log-notice.ts";
import { openEngine, type EngineParts, type EngineStore } from "./open-engine.ts";
import { ownRelease } from "./own-release.ts";
import { createPushSender } from "../push/sender.ts";
import type { Roster } from "./roster.ts";
import { Scrub } from "./scrub.ts";
import { watchHost } from "./watch-host.ts";

/** How long a message waits for its reader before it is pushed. */
const PUSH_AFTER_MS = 30_000;

/** What the rooms are built on. */
export interface RoomStore extends EngineStore {
  readonly page: PageServer;
  readonly roster: Roster;
}

/** The rooms of one replica. */
export interface Rooms extends EngineParts {
  readonly listener: OwnEngineListener;
  readonly gossip: ReplicaGossip;
  readonly scrub: Scrub;
  readonly clockWatch: ClockWatch;
  readonly host: HostWatch;
  readonly report: StatusReport;
  readonly chat: Chat;
  readonly search: SearchIndex;
  /** Why this replica takes no writes, for a person; null if it does. */
  readonly notWritable: () => string | null;
}

/** Builds the rooms; nothing runs yet. Throws what the stores throw. */
export function openRooms(store: RoomStore): Rooms {
  const { context, folder, log, storage } = store;
  const parts = openEngine(store);
  const { engine, heard } = parts;
  storage.onDamage = context.onFatal;
  const damaged = timesSetAside(folder) > 0;
  const notWritable = (): string | null =>
    damaged && engine.coreStatus().view === null ? "damaged, waiting for a peer" : engine.status().notWritable;

  const chronicle = openChronicle(store, parts);
  const gossip = new ReplicaGossip({
    self: context.id,
    peers: context.settings.peers.map((peer) => peer.id).filter((peer) => peer !== context.id),
    send: (news) => engine.gossip(news),
    hears: (peer) => engine.peerBeat(peer) !== null,
    filesLacking: () => parts.files.upkeep.lacking,
  });
  const scrub = openScrub(store, parts, damaged);
  const { host, reach } = openHostWatch(store, parts);
  heard.streams.push((peer, direction, open) => {
    reach.onStream(peer, direction, open);
    if (!open || direction !== "out") return;
    gossip.peerConnected();
    chronicle.sayAll();
  });
  const report = openReport(store, parts, { chronicle, gossip, notWritable });
  const search = openSearch(store, parts);
  const chat = openChat(store, parts, gossip, search);
  const listener: OwnEngineListener = {
    onApplied: ({ ops, view }) => chat.applied(ops, view),
    onStateReplaced: () => chat.stateReplaced(),
    onNotice: (notice) => onNotice(notice, { context, report, log }),
    onGossip: (from, news) => {
      if (news.rowHash) scrub.receive(from, news.rowHash);
      else if (news.chronicle) chronicle.receive(news.chronicle);
      else gossip.receive(from, news);
    },
  };
  const clockWatch = openClockWatch(store, parts, chronicle);
  return { ...parts, listener, gossip, scrub, clockWatch, host, report, chat, search, notWritable };
}

function openChronicle({ context, bootId }: RoomStore, parts: EngineParts): Chronicle {
  const { engine, clock, heard } = parts;
  const chronicle = new Chronicle({
    bootId,
    configured: context.settings.peers.map((peer) => peer.id),
    dateMs: () => clock.dateMs(),
    send: (news) => engine.gossip(news),
  });
  parts.enabled = (text, format) => chronicle.add("format", text, { id: `format ${format}` });
  heard.beats.push((from, beat) => chronicle.heard(from, beat.bootId, beat.leaving && !beat.active));
  return chronicle;
}

function openClockWatch({ context }: RoomStore, { engine, clock }: EngineParts, chronicle: Chronicle): ClockWatch {
  return new ClockWatch({
    self: context.id,
    clock,
    logger: context.logger,
    onWarning: (sentence) => process.stderr.write(`lastword: ${sentence}\n`),
    onEvent: (text) => void (engine.coreStatus().role === "leader" && chronicle.add("clock", text)),
  });
}

function openScrub({ context, storage }: RoomStore, { engine }: EngineParts, damaged: boolean): Scrub {
  return new Scrub({
    self: context.id,
    at: () => {
      const { active, viewActive, commit, view } = engine.coreStatus();
      const whole = active && viewActive && view !== null && commit === storage.state.appliedSeq();
      return whole ? `${viewNoKey(view.no)}:${commit}:${ownRelease().schema}` : null;
    },
    hash: () => storage.state.hashAside(),
    send: (news) => engine.gossip(news),
    onDamage: damaged ? null : context.onFatal,
    onDiffer: (line) => process.stderr.write(line),
    logger: context.logger,
    now: () => performance.now(),
  });
}

function openHostWatch({ context, membership, page, storage }: RoomStore, { engine, gate }: EngineParts) {
  return watchHost({
    context,
    membership,
    page,
    people: () => storage.state.queries.people(),
    hasData: () => engine.coreStatus().view !== null,
    peerBeat: (peer) => engine.peerBeat(peer),
    formatWarnings: () => gate.warnings(),
    diskFull: () => engine.diskFull,
  });
}

function openReport(
  { context, membership, log, storage, roster }: RoomStore,
  { engine, gate, clock, files }: EngineParts,
  told: { chronicle: Chronicle; gossip: ReplicaGossip; notWritable: () => string | null },
): StatusReport {
  return new StatusReport({
    self: context.id,
    configured: context.settings.peers.map((peer) => peer.id),
    consistency: membership.key.consistency,
    recovery: membership.key.recovery,
    clusterId: () => log.clusterId ?? "",
    status: () => engine.coreStatus(),
    applied: () => storage.state.appliedSeq(),
    notWritable: told.notWritable,
    peerBeat: (peer) => engine.peerBeat(peer),
    factsOf: (peer) => told.gossip.factsOf(peer),
    lastKnown: (peer) => roster.lastKnown(peer),
    chronicle: told.chronicle,
    gate,
    clocksOff: () => clock.offMs(),
    filesLacking: (id) => (id === context.id ? files.upkeep.lacking : told.gossip.filesLackingAt(id)),
    hasFiles: () => files.store.count + files.upkeep.lacking > 0,
    now: () => performance.now(),
  });
}

function openSearch({ context, folder, storage }: RoomStore, { engine }: EngineParts): SearchIndex {
  const room = new DiskRoom(folder);
  return new SearchIndex({
    path: join(folder, "search.db"),
    position: engine,
    statePath: () => storage.state.path,
    flush: () => storage.state.flush(),
    isDiskLow: () => room.low,
    scheduler: hostScheduler,
    say: (event, reason) => context.logger.warn(event, { reason }),
  });
}

function openChat(store: RoomStore, parts: EngineParts, presence: ReplicaGossip, search: SearchIndex): Chat {
  const { context, storage, membership } = store;
  const { engine, clock, gate, caught, files } = parts;
  const { rateLimit, registration, streamsPerUser, fileQuota, push } = context.settings;
  const { secret } = membership.key;
  const sender = createPushSender({
    seed: Buffer.from(clusterToken(secret, "push"), "base64url"),
    anyAddress: push === "any",
    nowMs: () => clock.nowMicros() / 1000,
  });
  return createChat({
    proposer: engine,
    position: engine,
    clock,
    queries: () => storage.state.queries,
    whyNot: (format) => gate.whyNot(format),
    presence,
    files: files.keeper,
    rateLimit,
    gatherMarksMs: GATHER_MS,
    search,
    onProjectionFailed: (_name, error) => caught("projection", error),
    registration,
    streamsPerUser,
    fileQuota,
    push: {
      sender: push === "off" ? null : sender,
      leads: () => engine.status().leads,
      afterMs: setting("push", PUSH_AFTER_MS),
    },
    linkKey: Buffer.from(clusterToken(secret, "links"), "base64url"),
  });
}

interface NoticeTo {
  readonly context: ReplicaContext;
  readonly report: StatusReport;
  readonly log: LogDb;
}

function onNotice(notice: Notice, { context, report, log }: NoticeTo): void {
  report.onNotice(notice);
  if (notice.kind === "view") nameCluster(log);
  logNotice(context.logger, notice);
}
