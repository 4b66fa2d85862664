/** The systems that are measured side by side, with one interface: the product, the bare pipeline, etcd and NATS. */
import { BINARY } from "../harness/cluster.ts";
import type { Way } from "./chat-wires.ts";
import { Floor } from "./floor/floor.ts";
import { openStream } from "./chat-wires.ts";
import type { Target } from "./load.ts";
import { registerSenders, startProduct, targetOf } from "./product.ts";
import { Etcd } from "./rivals/etcd.ts";
import { Nats } from "./rivals/nats.ts";

/** How many conversations, keys or subjects the bodies go to. */
export const CONVERSATIONS = 50;

/** Three running nodes. */
export interface Running extends AsyncDisposable {
  target(senders: number, way: Way): Target;
}

export interface System {
  readonly name: string;
  readonly ways: readonly Way[];
  /** Why it cannot be measured here; null if it can. */
  readonly missing: () => string | null;
  readonly start: () => Promise<Running>;
}

async function runningProduct(): Promise<Running> {
  const cluster = await startProduct();
  try {
    const senders = await registerSenders(cluster, 2 * CONVERSATIONS, CONVERSATIONS);
    const leader = await cluster.leader();
    const ids = [leader, ...cluster.ids.filter((id) => id !== leader)];
    return {
      target: (count, way) => {
        const some = Array.from({ length: count }, (_, i) => senders[i % senders.length]!);
        return targetOf({ cluster, senders: some, ids, way });
      },
      [Symbol.asyncDispose]: () => cluster.stop(),
    };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

async function runningFloor(): Promise<Running> {
  const floor = await Floor.start();
  return {
    target: (senders) => ({
      senders,
      connect: (index) => {
        const sender = {
          token: "-",
          conversationId: `user${index % CONVERSATIONS}-user${(index % CONVERSATIONS) + 1}`,
        };
        const replica = index % floor.grpc.length;
        return openStream(floor.grpc[replica]!, sender);
      },
      pids: () => floor.pids(),
    }),
    [Symbol.asyncDispose]: () => floor.stop(),
  };
}

export const PRODUCT: System = {
  name: "lastword",
  ways: ["stream", "http"],
  missing: () => (Bun.file(BINARY).size > 0 ? null : `${BINARY} is missing: make build`),
  start: runningProduct,
};

export const FLOOR: System = {
  name: "bare pipeline",
  ways: ["stream"],
  missing: () => null,
  start: runningFloor,
};

export const ETCD: System = {
  name: "etcd",
  ways: ["stream"],
  missing: () => Etcd.missing(),
  start: async () => {
    const etcd = await Etcd.start();
    const leader = await etcd.leader();
    return { target: (senders) => etcd.target(senders, leader), [Symbol.asyncDispose]: () => etcd.stop() };
  },
};

export const NATS: System = {
  name: "NATS R3",
  ways: ["stream"],
  missing: () => Nats.missing(),
  start: async () => {
    const nats = await Nats.start();
    const leader = await nats.leader();
    return { target: (senders) => nats.target(senders, leader), [Symbol.asyncDispose]: () => nats.stop() };
  },
};
