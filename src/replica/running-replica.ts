/**
 * One replica from its lock to its last port: opens, wires and starts the rooms, and
 * closes them in reverse. The only place that knows them all.
 *
 *   lock -> ports -> log.db, key -> state.db -> engine <-> peers
 *                                      |-> chat -> gRPC calls, page, front
 */
import { feature } from "bun:bundle";
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { addChatService, type ChatApi } from "../api/chat-api.ts";
import { createChat, type Chat } from "../chat/service/chat.ts";
import { GATHER_MS } from "../chat/service/mark-gatherer.ts";
import { clusterMark, clusterToken } from "../host/cluster-key.ts";
import { addControlService, askReplica, type EnableAnswer, type EnableQuestion } from "../ops/control.ts";
import { replicaFolder } from "../host/data-folder.ts";
import { frontProof } from "./front-port.ts";
import { joinCluster, type Membership } from "./join-cluster.ts";
import { isLoopback, printAddress } from "../host/address.ts";
import { checkOwnNames } from "./own-address.ts";
import { Roster } from "./roster.ts";
import { runFilePath } from "../host/run-file.ts";
import type { LogEngine } from "../engine/log-engine.ts";
import type { OwnEngineListener } from "../engine/own-engine.ts";
import { VERSION } from "../base/version.ts";
import { done, type Outcome } from "../host/exit.ts";
import { nameCluster } from "../db/log/cluster-id.ts";
import type { LogDb } from "../db/log/log-db.ts";
import { timesSetAside } from "../db/set-aside.ts";
import { Addresses } from "./addresses.ts";
import type { Notice } from "../election/event.ts";
import { viewNoKey, type ReplicaId } from "../election/view.ts";
import { failpoint } from "../base/faults.ts";
import { Chronicle } from "../ops/chronicle.ts";
import { ClockWatch } from "./clock-watch.ts";
import { logNotice } from "./log-notice.ts";
import { openStores, type Stores } from "./open-stores.ts";
import { openGrpcPort, PageServer, type GrpcPort } from "./listeners.ts";
import type { ReplicaContext } from "./context.ts";
import { enableAtLeader } from "./enable-at-leader.ts";
import { ReplicaGossip } from "./gossip.ts";
import { openEngine } from "./open-engine.ts";
import { ownRelease } from "./own-release.ts";
import { Scrub } from "./scrub.ts";
import { StatusReport } from "../ops/status-report.ts";
import { tokenCheck } from "./token-check.ts";
import { watchHost } from "./watch-host.ts";
import { createWeb, type Web } from "../web/app.ts";

const SERVING_LOOK_MS = 500;
/** The leader's op is waited for as long as a client waits; whoever asked this replica waits a little longer. */
const ENABLE_TIMEOUT_MS = 11_000;

/** A running replica. */
export class RunningReplica {
  readonly #context: ReplicaContext;
  readonly #bootId = randomBytes(8).toString("hex");
  readonly #since = new Date().toISOString();
  readonly #closers: (() => void | Promise<void>)[] = [];
  readonly #roster: Roster;

  constructor(context: ReplicaContext) {
    this.#context = context;
    this.#roster = new Roster(
      context.settings.data,
      context.settings.peers.map((peer) => peer.id),
    );
  }

  /**
   * Starts everything; answers once the ports are bound and run.json says so. Throws what
   * storage throws. On a failure everything that was opened is closed again.
   */
  async start(): Promise<Outcome<null>> {
    const started = await this.#start();
    if (!started.ok) await this.#close();
    return started;
  }

  /** Leaves the cluster, then closes everything; bounded by the core's stopMs and a little. */
  async stop(): Promise<void> {
    await this.#leave?.();
    await this.#close();
  }

  /** Closes everything without leaving the cluster: to it this looks like a death. */
  abandon(): Promise<void> {
    return this.#close();
  }

  #leave: (() => Promise<void>) | null = null;

  async #close(): Promise<void> {
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) await close();
  }

  async #start(): Promise<Outcome<null>> {
    const { id, settings } = this.#context;
    const names = await checkOwnNames(settings, id);
    if (!names.ok) return names;
    if (names.value !== null) process.stderr.write(`lastword: ${names.value}\n`);
    // A predecessor's file, from before it was killed, names a process that is not this one.
    rmSync(runFilePath(settings.data, id), { force: true });
    const page = new PageServer(settings, id, this.#context.logger);
    this.#closers.push(() => page.stop());
    const bound = await page.start();
    if (!bound.ok) return bound;
    const grpc = await openGrpcPort(settings, id, this.#context.logger);
    if (!grpc.ok) return grpc;
    this.#closers.push(() => grpc.value.close());

    const folder = replicaFolder(settings.data, id);
    const { log, storage } = openStores(folder, id, this.#context.onDamage);
    this.#closers.push(
      () => log.close(),
      () => storage.close(),
    );
    const joined = joinCluster(settings, {
      replicaId: id,
      storeId: log.storeId,
      empty: log.lastSeq === 0 && log.lineage().length === 0 && log.clusterId === null,
    });
    if (!joined.ok) return joined;
    const rooms = this.openRooms({ log, storage, folder, membership: joined.value, page });
    this.#startServing({ ...rooms, grpc: grpc.value, page, membership: joined.value });
    return done(null);
  }

  /** The engine, then what listens to it, then the chat; each is built from what stands before it. Nothing runs yet. */
  private openRooms(store: Stores & { folder: string; membership: Membership; page: PageServer }) {
    const { id, settings, logger } = this.#context;
    const { log, storage, folder, membership } = store;
    const { key } = membership;
    const configured = settings.peers.map((peer) => peer.id);
    const parts = openEngine({ context: this.#context, bootId: this.#bootId, log, storage, membership });
    const { engine, clock, gate, heard, caught } = parts;
    storage.onDamage = this.#context.onFatal;
    const damaged = timesSetAside(folder) > 0;
    const notWritable = (): string | null =>
      damaged && engine.coreStatus().view === null ? "damaged, waiting for a peer" : engine.status().notWritable;

    const chronicle = new Chronicle({
      bootId: this.#bootId,
      configured,
      dateMs: () => clock.dateMs(),
      send: (news) => engine.gossip(news),
    });
    parts.enabled = (text, format) => chronicle.add("format", text, { id: `format ${format}` });
    const clockWatch = new ClockWatch({
      self: id,
      clock,
      logger,
      onWarning: (sentence) => process.stderr.write(`lastword: ${sentence}\n`),
      onEvent: (text) => void (engine.coreStatus().role === "leader" && chronicle.add("clock", text)),
    });
    const { host, reach } = watchHost({
      context: this.#context,
      membership,
      page: store.page,
      people: () => storage.state.queries.people(),
      hasData: () => engine.coreStatus().view !== null,
      peerBeat: (peer) => engine.peerBeat(peer),
      formatWarnings: () => gate.warnings(),
      diskFull: () => engine.diskFull,
    });
    const gossip = new ReplicaGossip({
      self: id,
      peers: configured.filter((peer) => peer !== id),
      send: (news) => engine.gossip(news),
      hears: (peer) => engine.peerBeat(peer) !== null,
    });
    const scrub = new Scrub({
      self: id,
      at: () => {
        const { active, viewActive, commit, view } = engine.coreStatus();
        const whole = active && viewActive && view !== null && commit === storage.state.appliedSeq();
        return whole ? `${viewNoKey(view.no)}:${commit}:${ownRelease().schema}` : null;
      },
      hash: () => storage.state.hashAside(),
      send: (news) => engine.gossip(news),
      onDamage: damaged ? null : this.#context.onFatal,
      onDiffer: (line) => process.stderr.write(line),
      logger,
      now: () => performance.now(),
    });
    heard.beats.push((from, beat) => chronicle.heard(from, beat.bootId, beat.leaving && !beat.active));
    heard.streams.push((peer, direction, open) => {
      reach.onStream(peer, direction, open);
      if (!open || direction !== "out") return;
      gossip.peerConnected();
      chronicle.sayAll();
    });
    const report = new StatusReport({
      self: id,
      configured,
      consistency: key.consistency,
      recovery: key.recovery,
      clusterId: () => log.clusterId ?? "",
      status: () => engine.coreStatus(),
      applied: () => storage.state.appliedSeq(),
      notWritable,
      peerBeat: (peer) => engine.peerBeat(peer),
      factsOf: (peer) => gossip.factsOf(peer),
      lastKnown: (peer) => this.#roster.lastKnown(peer),
      chronicle,
      gate,
      clocksOff: () => clock.offMs(),
      now: () => performance.now(),
    });
    const chat = createChat({
      proposer: engine,
      position: engine,
      clock,
      queries: () => storage.state.queries,
      whyNot: (format) => gate.whyNot(format),
      presence: gossip,
      rateLimit: settings.rateLimit,
      gatherMarksMs: GATHER_MS,
      onProjectionFailed: (_name, error) => caught("projection", error),
      registration: settings.registration,
      streamsPerUser: settings.streamsPerUser,
    });
    const listener: OwnEngineListener = {
      onApplied: ({ ops, view }) => chat.applied(ops, view),
      onStateReplaced: () => chat.stateReplaced(),
      onNotice: (notice) => this.#onNotice(notice, { report, log }),
      onGossip: (from, news) => {
        if (news.rowHash) scrub.receive(from, news.rowHash);
        else if (news.chronicle) chronicle.receive(news.chronicle);
        else gossip.receive(from, news);
      },
    };
    return { ...parts, listener, scrub, clockWatch, host, storage, notWritable, gossip, report, chat };
  }

  /** Puts the rooms behind the ports and starts them, inside out. */
  #startServing(parts: ReturnType<RunningReplica["openRooms"]> & Outside): void {
    const { id, settings, logger } = this.#context;
    const { engine, listener, notWritable, transport, gossip, report, chat, grpc, page, membership } = parts;
    const { storage, mismatches, scrub, clock, clockWatch, gate, host, caught } = parts;
    const addresses = new Addresses({
      context: this.#context,
      bootId: this.#bootId,
      since: this.#since,
      page,
      roster: this.#roster,
      lastFactsOf: (peer) => gossip.lastFactsOf(peer),
    });
    // A proxy on this host brings everybody to a listener on loopback.
    const openStatus = addresses.hosts.every(isLoopback) && !settings.behindProxy;
    const isStatusToken = tokenCheck(clusterToken(membership.key.secret, "status"));
    const api = addChatService(grpc.server, {
      chat,
      onLogin: (peer) => grpc.guard.knowsClient(peer),
      status: () => report.status(),
      onCaught: (error) => caught("call", error),
      openStatus: settings.loopback,
      authenticateCluster: isStatusToken,
    });
    addControlService(grpc.server, {
      secret: membership.key.secret,
      status: () => report.status(),
      host: () => host.facts(),
      enable: (question) =>
        enableAtLeader(question, {
          self: id,
          leaderId: () => engine.coreStatus().leaderId,
          leads: () => engine.status().leads,
          gate,
          ask: (leader, passed) => this.#askToEnable(leader, membership.key.secret, passed),
        }),
      hash: () => storage.state.hashAside(),
    });
    const web = createWeb({
      chat,
      status: () => report.status(),
      // Every member of the view holds what is committed.
      copies: () => engine.coreStatus().view?.members.length ?? 0,
      healthz: () => host.health(notWritable(), engine.coreStatus().role),
      origins: () => addresses.origins(),
      hosts: addresses.hosts,
      doors: () => addresses.doors(),
      sendAlive: (userId, stream) => gossip.sendAlive(userId, stream),
      cluster: clusterMark(membership.key.secret),
      secureCookies: settings.tls !== null || settings.behindProxy,
      openStatus,
      onCaught: (error) => caught("page", error),
      clock,
      wallMsAt: (origin) => clock.wallMsOf(addresses.replicaAt(origin) ?? id),
      behindProxy: settings.behindProxy,
      self: page.origin,
      handoverKey: Buffer.from(clusterToken(membership.key.secret, "handover"), "base64url"),
      authenticateCluster: isStatusToken,
    });
    grpc.guard.authenticate = (token) => chat.authenticate(token) !== null;
    transport.start(grpc.server, (peer) => grpc.guard.knowsPeer(peer));
    engine.start(listener);
    gossip.start(addresses.facts());
    gossip.onAlive((userId, stream) => web.alive(userId, stream));
    scrub.start();
    this.#closers.push(
      () => transport.stop(),
      () => engine.close(),
      () => mismatches.stop(),
      () => gossip.stop(),
      () => scrub.stop(),
    );
    page.serve(web, (nonce) => frontProof(membership.key.secret, nonce));
    const watch = setInterval(() => {
      api.setServing(notWritable() === null);
      clockWatch.look();
      gate.look();
      host.look();
    }, SERVING_LOOK_MS);
    this.#closers.push(() => clearInterval(watch), addresses.publish(membership.key.secret));
    logger.info("started", { pid: process.pid, bootId: this.#bootId, version: VERSION, address: page.origin });
    this.#leave = () => this.#leaveCluster({ engine, api, web, chat });
  }

  async #askToEnable(leader: ReplicaId, secret: Uint8Array, question: EnableQuestion): Promise<EnableAnswer | null> {
    const peer = this.#context.settings.peers.find(({ id }) => id === leader);
    if (peer === undefined) return null;
    return await askReplica("Enable", { grpc: printAddress(peer), secret, timeoutMs: ENABLE_TIMEOUT_MS, question });
  }

  async #leaveCluster(parts: { engine: Pick<LogEngine, "stop">; api: ChatApi; web: Web; chat: Chat }): Promise<void> {
    // Pages look for another replica while this one hands over; the ports stay open until the end.
    parts.web.endStreams();
    parts.api.setServing(false);
    if (feature("FAULTS")) failpoint("stop-begun");
    await Promise.all([parts.engine.stop(), parts.api.stop()]);
    parts.chat.stop();
    this.#context.logger.info("left");
    if (feature("FAULTS")) failpoint("stop-done");
  }

  #onNotice(notice: Notice, { report, log }: { report: StatusReport; log: LogDb }): void {
    report.onNotice(notice);
    if (notice.kind === "view") nameCluster(log);
    logNotice(this.#context.logger, notice);
  }
}

interface Outside {
  readonly grpc: GrpcPort;
  readonly page: PageServer;
  readonly membership: Membership;
}
