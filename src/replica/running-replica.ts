/**
 * One replica from its lock to its last port: opens the stores, the rooms (open-rooms.ts) and the
 * faces (open-faces.ts), starts them, and closes them in reverse.
 *
 *   lock -> ports -> log.db, key -> state.db -> engine <-> peers
 *                                      |-> chat -> gRPC calls, page, front
 */
import { feature } from "bun:bundle";
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import type { ChatApi } from "../api/chat-api.ts";
import { commandText } from "../cli/command-deps.ts";
import { failpoint } from "../base/faults.ts";
import { VERSION } from "../base/version.ts";
import type { Chat } from "../chat/service/chat.ts";
import type { LogEngine } from "../engine/log-engine.ts";
import { replicaFolder } from "../host/data-folder.ts";
import { done, type Outcome } from "../host/exit.ts";
import { ownerLine } from "../host/owner-line.ts";
import { hasView } from "../db/log/store.ts";
import type { ReplicaId } from "../election/view.ts";
import { localReplicas, runFilePath } from "../host/run-file.ts";
import type { Web } from "../web/app.ts";
import { Addresses } from "./addresses.ts";
import type { ReplicaContext } from "./context.ts";
import { frontProof } from "./front-port.ts";
import { joinCluster } from "./join-cluster.ts";
import { openGrpcPort, PageServer, type GrpcPort } from "./listeners.ts";
import { addCalls, openWeb, type Faces } from "./open-faces.ts";
import { openRooms, type Rooms } from "./open-rooms.ts";
import { openStores } from "./open-stores.ts";
import { checkOwnNames } from "./own-address.ts";
import { Roster } from "./roster.ts";

const SERVING_LOOK_MS = 500;

/** See the top of this file. */
export class RunningReplica {
  readonly #context: ReplicaContext;
  readonly #identity = { bootId: randomBytes(8).toString("hex"), since: new Date().toISOString() };
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
   * Starts everything; resolves once the ports are bound and run.json names them. Throws what the
   * stores throw. If it fails, everything that was opened is closed again.
   */
  async start(): Promise<Outcome<null>> {
    const started = await this.#start();
    if (!started.ok) await this.#close();
    return started;
  }

  /** Leaves the cluster, then closes everything. Takes little more than the core's stopMs at most. */
  async stop(): Promise<void> {
    await this.#leave?.();
    await this.#close();
  }

  /** Closes everything without leaving the cluster; to the peers this looks like a death. */
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
    // The run.json of a predecessor that was killed names another process.
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
      neighbour: () => this.#neighbourWithData(),
    });
    if (!joined.ok) return joined;
    const membership = joined.value;
    const { bootId } = this.#identity;
    const store = { context: this.#context, bootId, folder, log, storage, membership, page, roster: this.#roster };
    this.#startServing({ context: this.#context, rooms: openRooms(store), membership, storage }, grpc.value, page);
    return done(null);
  }

  /** Another replica of this data folder that has data of a cluster, whether it runs or not. */
  #neighbourWithData(): ReplicaId | null {
    const { id, settings } = this.#context;
    const others = localReplicas(settings.data).filter((other) => other !== id);
    return others.find((other) => hasView(replicaFolder(settings.data, other))) ?? null;
  }

  /** Connects the rooms to the ports and starts them, the innermost first. */
  #startServing(faces: Faces, grpc: GrpcPort, page: PageServer): void {
    const { context, rooms, membership } = faces;
    const { engine, transport, gossip, scrub, chat } = rooms;
    const { settings, supervisor } = context;
    const { bootId, since } = this.#identity;
    const addresses = new Addresses({
      context,
      bootId,
      since,
      page,
      roster: this.#roster,
      lastFactsOf: (peer) => gossip.lastFactsOf(peer),
    });
    const api = addCalls(faces, grpc);
    const web = openWeb(faces, { addresses, page });
    transport.start(grpc.server, (peer) => grpc.guard.knowsPeer(peer));
    engine.start(rooms.listener);
    gossip.start(addresses.facts());
    gossip.onAlive((userId, stream) => web.alive(userId, stream));
    scrub.start();
    rooms.files.upkeep.start();
    this.#closers.push(
      () => rooms.files.upkeep.stop(),
      () => transport.stop(),
      () => engine.close(),
      () => rooms.mismatches.stop(),
      () => gossip.stop(),
      () => scrub.stop(),
      () => rooms.search.stop(),
    );
    page.serve(web, (nonce) => frontProof(membership.key.secret, nonce));
    const watch = setInterval(() => this.#look(rooms, api), SERVING_LOOK_MS);
    this.#closers.push(() => clearInterval(watch), addresses.publish(membership.key.secret));
    context.logger.info("started", { pid: process.pid, bootId, version: VERSION, address: page.origin });
    if (membership.creator && settings.registration !== "open" && supervisor === null) void this.#sayOwner(chat, page);
    this.#leave = () => this.#leaveCluster({ engine, api, web, chat });
  }

  /** Says how the first account is made, where the cluster was created. Under `lastword up`, that says it. */
  async #sayOwner(chat: Chat, page: PageServer): Promise<void> {
    const token = await chat.operator.ownerToken();
    if (!token.ok) return;
    const command = commandText("invite --owner", this.#context.settings.data);
    this.#context.say(`${ownerLine(`${page.origin}/join/${token.value}`, command, process.stdout.isTTY)}\n`);
  }

  #look({ clockWatch, gate, host, notWritable, chat }: Rooms, api: ChatApi): void {
    chat.push();
    api.setServing(notWritable() === null);
    clockWatch.look();
    gate.look();
    host.look();
  }

  async #leaveCluster(parts: { engine: Pick<LogEngine, "stop">; api: ChatApi; web: Web; chat: Chat }): Promise<void> {
    // The pages look for another replica while this one hands over the lead. The ports stay open until the end.
    parts.web.endStreams();
    parts.api.setServing(false);
    if (feature("FAULTS")) failpoint("stop-begun");
    await Promise.all([parts.engine.stop(), parts.api.stop()]);
    parts.chat.stop();
    this.#context.logger.info("left");
    if (feature("FAULTS")) failpoint("stop-done");
  }
}
