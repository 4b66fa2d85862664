/**
 * Under which addresses this replica and the others are found, by browsers and by commands: what is announced,
 * what is written to run.json, and the front, which counts only while it is really held.
 */
import { hostname, networkInterfaces } from "node:os";
import { FrontPort, frontProof } from "./front-port.ts";
import { printAddress } from "../host/address.ts";
import type { Roster } from "./roster.ts";
import { removeRunFile, writeRunFile } from "../host/run-file.ts";
import { VERSION } from "../base/version.ts";
import type { Door } from "../web/cluster/handover.ts";
import type { ReplicaContext } from "./context.ts";
import type { ReplicaFacts } from "../ops/replica-facts.ts";
import type { PageServer } from "./listeners.ts";

export interface AddressesDeps {
  readonly context: ReplicaContext;
  readonly bootId: string;
  /** RFC 3339. */
  readonly since: string;
  readonly page: PageServer;
  readonly roster: Roster;
  /** What a replica last said about itself: a page that moves comes from one that is dead. */
  readonly lastFactsOf: (id: number) => ReplicaFacts | null;
}

/** Names and numbers by which other computers may know this host; a certificate's names are vouched for by whoever signed it. */
function namesOfHost(page: PageServer): string[] {
  const numbers = Object.values(networkInterfaces()).flatMap((addresses) =>
    // Link-local addresses need a zone, which no URL of a browser has.
    (addresses ?? []).filter((one) => !one.internal && !one.address.startsWith("fe80:")),
  );
  const names = [
    ...page.certificateNames,
    hostname().toLowerCase(),
    ...numbers.map(({ address }) => (address.includes(":") ? `[${address}]` : address)),
  ];
  return [...new Set(names)];
}

export class Addresses {
  readonly #deps: AddressesDeps;
  readonly #front: string | null;

  constructor(deps: AddressesDeps) {
    this.#deps = deps;
    const { front } = deps.context.settings;
    this.#front = front === null ? null : `${deps.page.scheme}://${printAddress(front)}`;
  }

  /** This replica as it describes itself to the others. */
  facts(): ReplicaFacts {
    const { context, bootId, since, page } = this.#deps;
    const { id, settings } = context;
    return {
      pid: process.pid,
      bootId,
      version: VERSION,
      grpc: printAddress(settings.peers.find((peer) => peer.id === id) ?? settings.grpc!),
      web: page.origin,
      front: this.#front,
      names: namesOfHost(page),
      since,
    };
  }

  /** Origins of all replicas' pages, as far as they are known. */
  origins(): string[] {
    const { context, page, lastFactsOf, roster } = this.#deps;
    const origins = context.settings.peers.map(({ id }) =>
      id === context.id ? page.origin : (lastFactsOf(id)?.web ?? roster.lastKnown(id)?.web ?? null),
    );
    return origins.filter((origin) => origin !== null);
  }

  /** The replica whose page is at this origin; null if none says so. */
  replicaAt(origin: string): number | null {
    const { peers } = this.#deps.context.settings;
    return peers.find(({ id }) => this.#deps.lastFactsOf(id)?.web === origin)?.id ?? null;
  }

  /** Where the replicas' pages may be open in a browser. */
  doors(): Door[] {
    return this.#deps.context.settings.peers.flatMap(({ id }) => this.#deps.lastFactsOf(id) ?? []);
  }

  /** Host names that this replica was given, for its listeners on loopback. */
  get hosts(): string[] {
    const { front } = this.#deps.context.settings;
    return [this.#deps.page.address.host, ...(front === null ? [] : [front.host])];
  }

  /**
   * Writes run.json and tries to have the front. A front that belongs to somebody else is not claimed, neither
   * there nor in the line for the terminal. Answers how to take it all back.
   */
  publish(secret: Uint8Array): () => Promise<void> {
    const { context, bootId, page, roster } = this.#deps;
    const { id, settings, logger } = context;
    this.#writeRunFile(null);
    let front: FrontPort | null = null;
    if (settings.front !== null) {
      front = new FrontPort({
        address: settings.front,
        scheme: page.scheme,
        proofOf: (nonce) => frontProof(secret, nonce),
        sharedLocally: () => roster.sharesFront(this.#front!, id),
        serve: (at, reusePort) => page.open(at, reusePort),
        logger,
        onBound: () => this.#writeRunFile(this.#front),
        // All replicas of a `lastword up` would say the same; it says so itself, once.
        onForeign: (sentence) => context.supervisor === null && process.stderr.write(`lastword: ${sentence}\n`),
      });
    }
    void (front?.start() ?? Promise.resolve()).then(() => {
      const shared = front?.isBound === true ? `; ${this.#front} reaches any replica of this computer` : "";
      context.say(`replica ${id} runs: ${page.origin}${shared}\nits data: ${settings.data}\n`);
    });
    return async () => {
      await front?.stop();
      removeRunFile(settings.data, id, bootId);
    };
  }

  #writeRunFile(front: string | null): void {
    const { context, bootId, since, page } = this.#deps;
    const { id, settings, supervisor, words } = context;
    const { grpc } = this.facts();
    writeRunFile(settings.data, id, {
      pid: process.pid,
      bootId,
      version: VERSION,
      grpc,
      web: page.origin,
      front,
      since,
      supervisor,
      words,
    });
  }
}
