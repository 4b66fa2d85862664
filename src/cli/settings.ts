/** The settings of a replica: the options of one process, checked against each other. */
import { existsSync } from "node:fs";
import { defaultKeyPath } from "../host/cluster-key.ts";
import { dataFolder } from "../host/data-folder.ts";
import { done, EXIT, failure, type Failure, type Outcome } from "../host/exit.ts";
import type { FileQuota, Pushes, Registration } from "../base/modes.ts";
import { isLoopback } from "../base/loopback.ts";
import { printAddress, type Address, type Peer } from "../host/address.ts";
import { PROGRAM } from "../host/program-name.ts";
import type { Options } from "./options.ts";

/** Replica i of the three local ones serves gRPC at GRPC_PORT + i and its page at WEB_PORT + i. */
const GRPC_PORT = 50051;
const WEB_PORT = 8081;
const LOCAL_REPLICAS = 3;

export interface Settings {
  readonly data: string;
  readonly keyPath: string;
  /** The id that was given; null takes the first free one of `peers`. */
  readonly replicaId: number | null;
  /** All configured replicas, in ascending order of id. */
  readonly peers: readonly Peer[];
  /** False without --peers; `peers` are then the three replicas of this host. */
  readonly peersGiven: boolean;
  readonly grpc: Address | null;
  readonly web: Address | null;
  readonly front: Address | null;
  readonly bootstrap: boolean;
  /** Null: the mode that the cluster has. */
  readonly consistency: Options["consistency"];
  readonly recovery: Options["recovery"];
  readonly registration: Registration;
  readonly rateLimit: boolean;
  /** Event streams that one user may have at this replica. */
  readonly streamsPerUser: number;
  readonly fileQuota: FileQuota;
  readonly push: Pushes;
  readonly tls: { readonly certPath: string; readonly keyPath: string } | null;
  readonly behindProxy: boolean;
  readonly logLevel: Options["log-level"];
  /** All replicas are on this host, so a refused connection proves that a replica is dead. */
  readonly loopback: boolean;
}

/** The three replicas of this host; `first` is the gRPC address of the first one. */
export function localPeers(first: Address = { host: "127.0.0.1", port: GRPC_PORT }): Peer[] {
  return Array.from({ length: LOCAL_REPLICAS }, (_, id) => ({ id, host: first.host, port: first.port + id }));
}

/** The address of the page of local replica `id`; `first` is that of the first one. */
export function webAddress(id: number, first: Address = { host: "localhost", port: WEB_PORT }): Address {
  return { host: first.host, port: first.port === 0 ? 0 : first.port + id };
}

/** The addresses on which replica `id` listens. */
export function listenAddresses(settings: Settings, id: number): { grpc: Address; web: Address } {
  const own = settings.peers.find((peer) => peer.id === id);
  return {
    grpc: settings.grpc ?? { host: own?.host ?? "127.0.0.1", port: own?.port ?? GRPC_PORT + id },
    web: settings.web ?? webAddress(id),
  };
}

function usage(what: string, todo: string): Failure {
  return failure(EXIT.usage, what, todo);
}

function checkReplica(options: Options, configured: readonly Peer[]): Failure | null {
  const id = options["replica-id"];
  if (id !== null && !configured.some((peer) => peer.id === id)) {
    const ids = configured.map((peer) => peer.id).join(", ");
    return usage(`--replica-id ${id} is not configured`, `use one of ${ids}, or add it to --peers on every host`);
  }
  if (id === null && options.peers !== null && !configured.every((peer) => isLoopback(peer.host))) {
    return usage("--peers on several hosts needs --replica-id", "say which of them this replica is");
  }
  if (options.grpc !== null && options.peers === null) {
    return usage("--grpc needs --peers", `the others must know the address too; or use ${PROGRAM} up --grpc`);
  }
  return null;
}

function checkReach(options: Options, configured: readonly Peer[]): Failure | null {
  if (options["allow-plaintext"]) return null;
  const open = [...configured, ...(options.grpc === null ? [] : [options.grpc])].find((at) => !isLoopback(at.host));
  if (open !== undefined) {
    return usage(
      `gRPC is not encrypted and ${printAddress(open)} is not on this host's loopback`,
      "use 127.0.0.1, or give --allow-plaintext on a network that you trust",
    );
  }
  if (options["tls-cert"] !== null || options["behind-proxy"]) return null;
  const page = [options.web, options.front === "off" ? null : options.front].find((at) => at && !isLoopback(at.host));
  if (!page) return null;
  return usage(
    `the page at ${printAddress(page)} can be reached from other hosts without encryption`,
    "give --tls-cert and --tls-key, --behind-proxy, or --allow-plaintext on a network that you trust",
  );
}

const LOCAL_NAMES: ReadonlySet<string> = new Set(["localhost", "127.0.0.1"]);
const EVERYWHERE: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

function meet(one: Address, other: Address): boolean {
  if (one.port !== other.port) return false;
  const isEverywhere = EVERYWHERE.has(one.host) || EVERYWHERE.has(other.host);
  return isEverywhere || one.host === other.host || (LOCAL_NAMES.has(one.host) && LOCAL_NAMES.has(other.host));
}

/** Refuses a page at the address that all replicas are to share: whoever binds it first keeps the other away. */
export function checkFront({ front }: Pick<Options, "front">, pages: readonly Address[]): Failure | null {
  if (front === "off" || front.port === 0) return null;
  const page = pages.find((one) => meet(one, front));
  if (page === undefined) return null;
  return usage(
    `the page at ${printAddress(page)} and --front ${printAddress(front)} cannot have the same address`,
    "choose another --web or --front, or give --front off",
  );
}

function checkTls(options: Options): Failure | null {
  const [cert, key] = [options["tls-cert"], options["tls-key"]];
  if ((cert === null) !== (key === null)) {
    return usage(`--tls-${cert === null ? "key" : "cert"} is given alone`, "give --tls-cert and --tls-key together");
  }
  const missing = [cert, key].find((path) => path !== null && !existsSync(path));
  return missing ? usage(`${missing} does not exist`, "give the path of a PEM file") : null;
}

/** Whether other hosts reach a port of this replica, or its page through a proxy. */
function isReachable(options: Options, configured: readonly Peer[]): boolean {
  const { grpc, web, front } = options;
  const given = [...configured, grpc, web, front === "off" ? null : front].filter((at) => at !== null);
  return options["behind-proxy"] || given.some((at) => !isLoopback(at.host));
}

/** Checks the options against each other, and resolves the paths. Failures have exit code 2. */
export function settingsOf(options: Options, environment: Record<string, string | undefined>): Outcome<Settings> {
  const configured = options.peers ?? localPeers();
  const wrong =
    checkReplica(options, configured) ??
    checkTls(options) ??
    checkReach(options, configured) ??
    checkFront(options, options.web === null ? [] : [options.web]);
  if (wrong !== null) return wrong;
  const data = dataFolder(options.data, environment);
  const [cert, key] = [options["tls-cert"], options["tls-key"]];
  return done({
    data,
    keyPath: options["cluster-key"] ?? defaultKeyPath(data),
    replicaId: options["replica-id"],
    peers: configured,
    peersGiven: options.peers !== null,
    grpc: options.grpc,
    web: options.web,
    front: options.front === "off" ? null : options.front,
    bootstrap: options.bootstrap,
    consistency: options.consistency,
    recovery: options.recovery,
    registration: options.registration ?? (isReachable(options, configured) ? "invite" : "open"),
    rateLimit: options["rate-limit"] === "on",
    streamsPerUser: options["streams-per-user"],
    fileQuota: { perPerson: options["files-per-person"], inAll: options["files-in-all"] },
    push: options.push,
    tls: cert === null || key === null ? null : { certPath: cert, keyPath: key },
    behindProxy: options["behind-proxy"],
    logLevel: options["log-level"],
    loopback: configured.every((peer) => isLoopback(peer.host)),
  });
}
