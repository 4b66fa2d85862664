/** The engines for their contract suite: our own on a log in memory, on real files, and beside peers. */
import type { AppliedOp } from "../../src/chat/applied-op.ts";
import { hostScheduler } from "../../src/base/scheduler.ts";
import { cachedOpKey } from "../simulation/chat.ts";
import { LogDb } from "../../src/db/log/log-db.ts";
import { StateDb } from "../../src/db/state/state-db.ts";
import { DEFAULT_TIMING } from "../../src/election/event.ts";
import type { LogStorage, PeerTransport, StateMachine } from "../../src/election/ports.ts";
import type { ReplicaId, Seq } from "../../src/election/view.ts";
import type { EngineListener, LogEngine } from "../../src/engine/log-engine.ts";
import { OwnEngine } from "../../src/engine/own-engine.ts";
import { tempFolder } from "./log-fixtures.ts";
import { MemoryLog } from "./memory-log.ts";
import { MemoryState } from "./memory-state.ts";

/** An engine under test, alone or with others. `dispose` ends all of them. */
export interface EngineHolder {
  readonly engine: LogEngine;
  start(listener: EngineListener): void;
  dispose(): void;
}

/** Makes each engine under test, by name. */
export const ENGINES: Record<string, () => EngineHolder> = {
  "our own, in memory": () => together([inMemory()], 0),
  "our own, on its files": () => onFiles(),
  "our own, one of three that follows": () => together([inMemory(), inMemory(), inMemory()], 1),
};

interface Stores {
  readonly log: LogStorage & { bindState(state: { appliedSeq(): Seq }): void };
  readonly state: StateMachine<AppliedOp>;
}

function inMemory(): Stores {
  return { log: new MemoryLog(), state: new MemoryState() };
}

function onFiles(): EngineHolder {
  const folder = tempFolder();
  const log = LogDb.open({ folder: folder.path, replicaId: 0 });
  const state = new StateDb(`${folder.path}/state-0.db`);
  const holder = together([{ log, state }], 0);
  return {
    ...holder,
    dispose() {
      holder.dispose();
      state.close();
      log.close();
      folder.remove();
    },
  };
}

/**
 * Replicas that pass frames to each other in this process. The first creates the cluster; the test uses number `at`.
 */
function together(stores: readonly Stores[], at: number): EngineHolder {
  const engines: OwnEngine[] = [];
  const configured = stores.map((_, id) => id);
  for (const id of configured) engines.push(makeEngine(id, configured, stores[id]!, (to) => engines[to]));
  const rest = { onNotice: () => {}, onGossip: () => {} };
  return {
    engine: engines[at]!,
    start(listener) {
      const silent: EngineListener = { onApplied: () => {}, onStateReplaced: () => {} };
      for (const [id, engine] of engines.entries()) engine.start({ ...(id === at ? listener : silent), ...rest });
    },
    dispose: () => engines.forEach((engine) => engine.close()),
  };
}

function makeEngine(
  id: ReplicaId,
  configured: readonly ReplicaId[],
  { log, state }: Stores,
  peer: (id: ReplicaId) => OwnEngine | undefined,
): OwnEngine {
  log.bindState(state);
  let nonces = 0;
  const transport: PeerTransport = {
    send: (to, frame) => hostScheduler.soon(() => peer(to)?.onFrame(id, frame)),
    flush: () => true,
    probe: () => {},
    resetPeers: () => {},
    fetchSnapshot: () => Promise.reject(new Error("no snapshots here")),
  };
  return new OwnEngine({
    identity: {
      replicaId: id,
      storeId: `000000000000000${id}`,
      bootId: `b${id}`,
      configured,
      consistency: "available",
      recovery: "wait",
      loopback: true,
      creator: id === 0,
    },
    nonce: () => `${id}${String(++nonces).padStart(15, "0")}`,
    timing: DEFAULT_TIMING,
    scheduler: hostScheduler,
    log,
    state,
    snapshots: {
      offer: () => Promise.reject(new Error("no snapshots here")),
      receive: () => Promise.reject(new Error("no snapshots here")),
    },
    formats: { inForce: () => 1, mayAppend: () => true, snapshotFrom: () => "takes" },
    transport,
    openState: () => state,
    recover: (op) => ({ key: cachedOpKey(op), op }),
    dated: (beat) => beat,
    onFatal: (error) => {
      throw error;
    },
  });
}
