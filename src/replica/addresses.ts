/**
 * The addresses at which browsers and commands find this replica and the others: those that it announces to peers,
 * those that it writes to run.json, and the front, which is included only while this replica has it bound.
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
  /** When this replica started, as RFC 3339. */
  readonly since: string;
  readonly page: PageServer;
  readonly roster: Roster;
  /** What a replica last announced. A dead one is included, because a page moves away from a dead replica. */
  readonly lastFactsOf: (id: number) => ReplicaFacts | null;
}

/**
 * Names and numbers by which other computers may know this host. They include the names in the certificate, for which
 * its issuer vouches.
 */
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

/** The addresses of one replica and of its peers; see the top of this file. */
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

  /** Origins of the pages of all replicas whose origin is known. */
  origins(): string[] {
    const { context, page, lastFactsOf, roster } = this.#deps;
    const origins = context.settings.peers.map(({ id }) =>
      id === context.id ? page.origin : (lastFactsOf(id)?.web ?? roster.lastKnown(id)?.web ?? null),
    );
    return origins.filter((origin) => origin !== null);
  }

  /** The replica whose page is at this origin; null if no replica announces it. */
  replicaAt(origin: string): number | null {
    const { peers } = this.#deps.context.settings;
    return peers.find(({ id }) => this.#deps.lastFactsOf(id)?.web === origin)?.id ?? null;
  }

  /** The addresses at which a browser may have a replica's page open. */
  doors(): Door[] {
    return this.#deps.context.settings.peers.flatMap(({ id }) => this.#deps.lastFactsOf(id) ?? []);
  }

  /** The host names in --web and --front, to which a listener on loopback answers. */
  get hosts(): string[] {
    const { front } = this.#deps.context.settings;
    return [this.#deps.page.address.host, ...(front === null ? [] : [front.host])];
  }

  /**
   * Writes run.json and tries to bind the front. If the front belongs to another program, neither run.json nor the line
   * for the terminal names it. Returns a function that takes everything back.
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
        // Under `lastword up` every replica would print the same line, so `up` prints it once.
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
