/**
 * Our own engine: the core decides, and the driver runs it over this replica's log, state and peers. Beyond the port
 * it offers what only our replicas have: roles, views, beats, and gossip.
 */
import type { AppliedOp } from "../chat/applied-op.ts";
import { Core } from "../election/core/core.ts";
import type { CoreStatus } from "../election/core/core-status.ts";
import { Driver, type DriverDeps } from "../election/driver/driver.ts";
import type { Identity, Notice } from "../election/event.ts";
import type { Beat, Frame, GossipNews } from "../election/frame.ts";
import type { PeerListener } from "../election/ports.ts";
import { NO_BALLOT, type ReplicaId, type Seq, type ViewNo } from "../election/view.ts";
import type { EngineListener, EngineStatus, LogEngine } from "./log-engine.ts";

/** Also gets the news that only our own engine has. */
export interface OwnEngineListener extends EngineListener {
  onNotice(notice: Notice): void;
  onGossip(from: ReplicaId, news: GossipNews): void;
}

/** What the engine is built on. None of it depends on the listener. */
export interface OwnEngineDeps extends Omit<DriverDeps<AppliedOp>, "core" | "onApplied" | "onNotice" | "onGossip"> {
  readonly identity: Identity;
  /** Draws 16 random hex digits at each call. */
  readonly nonce: () => string;
}

/** Creates the parts of an engine. The simulator passes parts that it watches and that may have known bugs. */
export interface EngineMakers {
  readonly newCore: (...given: ConstructorParameters<typeof Core>) => Core;
  readonly newDriver: (deps: DriverDeps<AppliedOp>) => Driver<AppliedOp>;
}

const MAKERS: EngineMakers = {
  newCore: (...given) => new Core(...given),
  newDriver: (deps) => new Driver(deps),
};

/** See the top of this file. */
export class OwnEngine implements LogEngine<OwnEngineListener>, PeerListener {
  readonly #core: Core;
  readonly #driver: Driver<AppliedOp>;
  #listener: OwnEngineListener | null = null;

  /** Throws what the log's restore throws. */
  constructor(deps: OwnEngineDeps, makers: EngineMakers = MAKERS) {
    this.#core = makers.newCore(deps.identity, deps.timing, deps.log.restore(), deps.nonce);
    this.#driver = makers.newDriver({
      ...deps,
      core: this.#core,
      openState: (snapshot) => {
        const state = deps.openState(snapshot);
        this.#listener?.onStateReplaced();
        return state;
      },
      onApplied: (group) => this.#listener?.onApplied(group),
      onNotice: (notice) => this.#listener?.onNotice(notice),
      onGossip: (from, news) => this.#listener?.onGossip(from, news),
    });
  }

  // ---------------------------------------------------------------- LogEngine

  start(listener: OwnEngineListener): void {
    this.#listener = listener;
    this.#driver.start();
  }

  propose(key: string, op: Uint8Array, timeoutMs?: number): ReturnType<LogEngine["propose"]> {
    return this.#driver.propose(key, op, timeoutMs);
  }

  readIndex(timeoutMs: number): Promise<boolean> {
    return this.#driver.readIndex(timeoutMs);
  }

  applied(): { readonly viewNo: ViewNo; readonly seq: Seq } {
    const { viewNo, seq } = this.#driver.applied();
    return { viewNo: viewNo ?? { ballot: NO_BALLOT, minor: 0 }, seq };
  }

  viewNoAt(seq: Seq): ViewNo | null {
    return this.#driver.viewNoAt(seq);
  }

  waitApplied(seq: Seq, timeoutMs: number): Promise<boolean> {
    return this.#driver.waitApplied(seq, timeoutMs);
  }

  status(): EngineStatus {
    const { role, viewActive, accepting, commit } = this.#core.status();
    return {
      notWritable: this.#driver.notWritable(),
      leads: role === "leader" && viewActive && accepting,
      committed: commit,
    };
  }

  stop(): Promise<void> {
    return this.#driver.shutdown();
  }

  close(): void {
    this.#listener = null;
    this.#driver.stop();
  }

  // ---------------------------------------------------------------- beyond the port

  onFrame(from: ReplicaId, frame: Frame): void {
    this.#driver.onFrame(from, frame);
  }

  onRefused(peer: ReplicaId): void {
    this.#driver.onRefused(peer);
  }

  /** Sends ephemeral news to every peer; it may be lost. */
  gossip(news: GossipNews): void {
    this.#driver.gossip(news);
  }

  coreStatus(): CoreStatus {
    return this.#core.status();
  }

  /** The peer's last Beat while it is heard; null otherwise. */
  peerBeat(peer: ReplicaId): Beat | null {
    return this.#driver.peerBeat(peer);
  }

  /** True while callers cannot be answered because this disk is full. */
  get diskFull(): boolean {
    return this.#driver.diskFull;
  }

  /** Number of ops of a lost branch that wait in the fork queue until their format is in force. */
  get heldOps(): number {
    return this.#driver.heldOps;
  }
}
