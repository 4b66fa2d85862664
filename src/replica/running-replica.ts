/**
 * One replica from its lock to its last port: opens, wires and starts the rooms, and
 * closes them in reverse. The only place that knows them all.
 *
 *   lock -> ports -> log.db, key -> state.db -> core, driver <-> peers
 *                                      |-> chat -> gRPC calls, page, front
 */
import { feature } from "bun:bundle";
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { addChatService, type ChatApi } from "../api/chat-api.ts";
import { createChat, type Chat } from "../chat/service/chat.ts";
import { GATHER_MS } from "../chat/service/mark-gatherer.ts";
import type { AppliedOp } from "../chat/kinds/apply.ts";
import { encodeOp, keyOf, markRecovered, opKey } from "../chat/kinds/op.ts";
import { clusterMark, clusterToken } from "../host/cluster-key.ts";
import { addControlService } from "../ops/control.ts";
import { replicaFolder } from "../host/data-folder.ts";
import { frontProof } from "./front-port.ts";
import { joinCluster, type Membership } from "./join-cluster.ts";
import { isLoopback } from "../host/address.ts";
import { checkOwnNames } from "./own-address.ts";
import { loggedSnapshots } from "./logged-snapshots.ts";
import { Roster } from "./roster.ts";
import { runFilePath } from "../host/run-file.ts";
import { VERSION } from "../base/version.ts";
import { done, type Outcome } from "../host/exit.ts";
import { nameCluster } from "../db/log/cluster-id.ts";
import type { LogDb } from "../db/log/log-db.ts";
import { timesSetAside } from "../db/set-aside.ts";
import { Addresses } from "./addresses.ts";
import { Core } from "../election/core/core.ts";
import { ClusterClock } from "../election/driver/cluster-clock.ts";
import { Driver } from "../election/driver/driver.ts";
import { DEFAULT_TIMING, type Notice } from "../election/event.ts";
import { GrpcPeerTransport } from "../election/peers/transport.ts";
import { NO_BALLOT, viewNoKey } from "../election/view.ts";
import { failpoint, setting, wallClockMs } from "../base/faults.ts";
import { hostScheduler } from "../base/scheduler.ts";
import { Chronicle } from "../ops/chronicle.ts";
import { ClockWatch } from "./clock-watch.ts";
import { logNotice } from "./log-notice.ts";
import { MismatchWatch } from "./mismatch-watch.ts";
import { openStores, type Stores } from "./open-stores.ts";
import { openGrpcPort, PageServer, type GrpcPort } from "./listeners.ts";
import type { ReplicaContext } from "./context.ts";
import { FormatGate } from "./format-gate.ts";
import { ReplicaGossip } from "./gossip.ts";
import { ownRelease } from "./own-release.ts";
import { Scrub } from "./scrub.ts";
import { StatusReport } from "../ops/status-report.ts";
import { tokenCheck } from "./token-check.ts";
import { watchHost } from "./watch-host.ts";
import { caughtErrors } from "../host/error-place.ts";
import { createWeb, type Web } from "../web/app.ts";

const SERVING_LOOK_MS = 500;

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

  /** Storage, consensus, chat and page; nothing of it runs yet. */
  private openRooms(store: Stores & { folder: string; membership: Membership; page: PageServer }) {
    const { id, settings, logger } = this.#context;
    const { log, storage, folder, membership } = store;
    const { key } = membership;
    const configured = settings.peers.map((peer) => peer.id);
    const nonce = (): string => randomBytes(8).toString("hex");
    const timing = { ...DEFAULT_TIMING, keepEntries: setting("keep", DEFAULT_TIMING.keepEntries) };
    const core = new Core(
      {
        replicaId: id,
        storeId: log.storeId,
        bootId: this.#bootId,
        configured,
        consistency: key.consistency,
        recovery: key.recovery,
        loopback: settings.loopback,
        creator: membership.creator,
      },
      timing,
      log.restore(),
      nonce,
    );
    const clock = new ClusterClock({
      self: id,
      wallMs: wallClockMs,
      nowMs: () => performance.now(),
      hears: (peer) => driver.peerBeat(peer) !== null,
    });
    const chronicle = new Chronicle({
      bootId: this.#bootId,
      configured,
      dateMs: () => clock.dateMs(),
      send: (payload) => driver.gossip(payload),
    });
    const clockWatch = new ClockWatch({
      self: id,
      clock,
      logger,
      onWarning: (sentence) => process.stderr.write(`lastword: ${sentence}\n`),
      onEvent: (text) => void (driver.status().role === "leader" && chronicle.add("clock", text)),
    });
    const mismatches = new MismatchWatch({
      peers: configured.filter((peer) => peer !== id),
      admitted: log.restore().admitted,
      inView: () => core.status().active,
      logger,
      onMismatch: this.#context.onMismatch,
      onWarning: (sentence) => process.stderr.write(`lastword: ${sentence}\n`),
    });
    const { host, reach } = watchHost({
      context: this.#context,
      membership,
      page: store.page,
      people: () => storage.state.queries.people(),
      hasData: () => core.status().view !== null,
      peerBeat: (peer) => driver.peerBeat(peer),
      formatWarnings: () => gate.warnings(),
      diskFull: () => driver.diskFull,
    });
    const release = ownRelease();
    const gate = new FormatGate({
      self: id,
      configured,
      release,
      inForce: () => storage.state.queries.opFormat(),
      applied: () => storage.state.appliedSeq(),
      peerBeat: (peer) => driver.peerBeat(peer),
      logger,
      leads: () => {
        const { role, viewActive, accepting } = core.status();
        return role === "leader" && viewActive && accepting;
      },
      propose: async (enable) => {
        const clientId = `enable-${enable.format}`;
        const op = { user: "", clientId, timeMicros: clock.nowMicros(), origin: null, recovered: false, body: enable };
        return (await driver.propose(keyOf(op), encodeOp(op))).kind === "applied";
      },
      onEnabled: (text, format) => chronicle.add("format", text, { id: `format ${format}` }),
      onTooOld: this.#context.onFatal,
    });
    const caught = caughtErrors(logger);
    const snapshots = loggedSnapshots(storage.snapshots, caught);
    const transport = new GrpcPeerTransport({
      self: { replicaId: id, storeId: log.storeId, bootId: this.#bootId },
      clusterId: () => log.clusterId ?? "",
      peers: settings.peers.filter((peer) => peer.id !== id),
      key: key.secret,
      // Which replicas there are must be the same everywhere; how each finds the others need not.
      settings: { mode: `${key.consistency} ${key.recovery}`, peers: configured.join() },
      release,
      listener: {
        onFrame: (from, frame) => {
          if (frame.type === "beat") {
            if (frame.wallMs !== undefined) clock.heard(from, frame.wallMs);
            chronicle.heard(from, frame.bootId, frame.leaving && !frame.active);
          }
          driver.onFrame(from, frame);
        },
        onRefused: (peer) => driver.onRefused(peer),
        ...mismatches.listener,
        onUnread: (peer, frame, from) => gate.onUnread(peer, frame, from),
        onStream: (peer, direction, open) => {
          logger.debug(open ? "stream_open" : "stream_closed", { peer, reason: direction });
          reach.onStream(peer, direction, open);
          if (!open || direction !== "out") return;
          gossip.peerConnected();
          chronicle.sayAll();
        },
      },
      snapshots,
      nowMs: wallClockMs,
    });
    const driver: Driver<AppliedOp> = new Driver({
      core,
      timing,
      log,
      state: storage.state,
      snapshots,
      formats: gate,
      transport,
      openState: (snapshot) => {
        storage.switchTo(snapshot.ref);
        chat.stateReplaced();
        return storage.state;
      },
      onApplied: ({ ops, view }) => chat.applied(ops, view),
      recover: (op) => {
        const viewNo = log.lineage().at(-1)?.no;
        const nowMs = clock.agreedMs();
        const origin = { replica: id, view: viewNo === undefined ? "" : viewNoKey(viewNo) };
        const bytes = markRecovered(op, origin, nowMs === null ? null : nowMs * 1000);
        return { key: opKey(bytes), op: bytes };
      },
      onNotice: (notice) => this.#onNotice(notice, { report, log }),
      onGossip: (from, payload) =>
        scrub.receive(from, payload) || chronicle.receive(payload) || gossip.receive(from, payload),
      dated: (beat) => gate.announced(clock.dated(beat)),
      onFatal: this.#context.onFatal,
      scheduler: hostScheduler,
    });
    const damaged = timesSetAside(folder) > 0;
    const notWritable = (): string | null =>
      damaged && driver.status().view === null ? "damaged, waiting for a peer" : driver.notWritable();
    const gossip = new ReplicaGossip({
      self: id,
      peers: configured.filter((peer) => peer !== id),
      send: (payload) => driver.gossip(payload),
      hears: (peer) => driver.peerBeat(peer) !== null,
    });
    const scrub = new Scrub({
      self: id,
      at: () => {
        const { active, viewActive, commit, view } = driver.status();
        const whole = active && viewActive && view !== null && commit === storage.state.appliedSeq();
        return whole ? `${viewNoKey(view.no)}:${commit}:${release.schema}` : null;
      },
      hash: () => storage.state.hashAside(),
      send: (payload) => driver.gossip(payload),
      onDamage: damaged ? null : this.#context.onFatal,
      onDiffer: (line) => process.stderr.write(line),
      logger,
      now: () => performance.now(),
    });
    const report: StatusReport = new StatusReport({
      self: id,
      configured,
      consistency: key.consistency,
      recovery: key.recovery,
      clusterId: () => log.clusterId ?? "",
      status: () => driver.status(),
      applied: () => storage.state.appliedSeq(),
      notWritable,
      peerBeat: (peer) => driver.peerBeat(peer),
      factsOf: (peer) => gossip.factsOf(peer),
      lastKnown: (peer) => this.#roster.lastKnown(peer),
      chronicle,
      gate,
      clocksOff: () => clock.offMs(),
      now: () => performance.now(),
    });
    const chat = createChat({
      proposer: driver,
      position: {
        applied: () => {
          const { viewNo, seq } = driver.applied();
          return { viewNo: viewNo ?? { ballot: NO_BALLOT, minor: 0 }, seq };
        },
        viewNoAt: (seq) => driver.viewNoAt(seq),
        waitApplied: (seq, timeoutMs) => driver.waitApplied(seq, timeoutMs),
      },
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
    storage.onDamage = this.#context.onFatal;
    const watches = { mismatches, scrub, clockWatch, host };
    return { ...watches, caught, gate, log, storage, driver, notWritable, transport, gossip, report, chat, clock };
  }

  /** Puts the rooms behind the ports and starts them, inside out. */
  #startServing(parts: ReturnType<RunningReplica["openRooms"]> & Outside): void {
    const { id, settings, logger } = this.#context;
    const { driver, notWritable, transport, gossip, report, chat, grpc, page, membership } = parts;
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
      enable: (without) => gate.enableWithout(without),
      hash: () => storage.state.hashAside(),
    });
    const web = createWeb({
      chat,
      status: () => report.status(),
      // Every member of the view holds what is committed.
      copies: () => driver.status().view?.members.length ?? 0,
      healthz: () => host.health(notWritable(), driver.status().role),
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
    driver.start();
    gossip.start(addresses.facts());
    gossip.onAlive((userId, stream) => web.alive(userId, stream));
    scrub.start();
    this.#closers.push(
      () => transport.stop(),
      () => driver.stop(),
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
    this.#leave = () => this.#leaveCluster({ driver, api, web, chat });
  }

  async #leaveCluster(parts: { driver: Driver<AppliedOp>; api: ChatApi; web: Web; chat: Chat }): Promise<void> {
    // Pages look for another replica while this one hands over; the ports stay open until the end.
    parts.web.endStreams();
    parts.api.setServing(false);
    if (feature("FAULTS")) failpoint("stop-begun");
    await Promise.all([parts.driver.shutdown(), parts.api.stop()]);
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
