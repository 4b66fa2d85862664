/** The listeners of one replica: gRPC, and the page on its own port and on the front. */
import { hostname } from "node:os";
import { Server as GrpcServer } from "@grpc/grpc-js";
import { serverCredentials } from "../base/grpc-credentials.ts";
import { GUARDED_SERVER_OPTIONS, PortGuard, portLimitsFor } from "../api/port-guard.ts";
import { bindPort } from "../host/bind.ts";
import { done, type Outcome } from "../host/exit.ts";
import { FRONT_NONCE_HEADER, FRONT_PROOF_HEADER } from "./front-port.ts";
import type { Logger } from "../host/logger.ts";
import { openFilesLimit } from "../host/open-files.ts";
import { isLoopback } from "../base/loopback.ts";
import { printAddress, type Address } from "../host/address.ts";
import { listenAddresses, type Settings } from "../cli/settings.ts";
import { PROGRAM } from "../host/program-name.ts";
import type { WebEnv } from "../web/http/deps.ts";
import { withHost } from "../web/http/host.ts";
import { CertificateWatch, namesOf, readCertificate, type Certificate } from "./tls.ts";

/** What the page's app must be to be served. */
export interface PageApp {
  fetch(request: Request, bindings: WebEnv["Bindings"]): Response | Promise<Response>;
}

/** Above the app's own 64 KiB, so that the app and not the server says what is wrong. */
const BODY_BYTES_MAX = 1024 * 1024;
/**
 * Event streams say something every second, and a write is answered within 15 s at most: whatever is silent
 * for this long is gone. A request that is not whole after twice the time is cut off, however it trickles in.
 */
const IDLE_SECONDS = 20;
/**
 * A client whose computer vanished says no goodbye, and its user would stay online for the
 * quarter of an hour that TCP takes to give up: a ping without an answer ends the connection.
 */
const KEEPALIVE = { "grpc.keepalive_time_ms": 4000, "grpc.keepalive_timeout_ms": 4000 };
/** Tries to have a port again that this process has just let go of. */
const REBIND_ATTEMPTS = 20;
const REBIND_EVERY_MS = 50;

/** The gRPC port: its server, to which services can still be added, and who watches over it. */
export interface GrpcPort {
  readonly server: GrpcServer;
  readonly guard: PortGuard;
  close(): void;
}

/** Listens for gRPC. */
export async function openGrpcPort(settings: Settings, id: number, logger: Logger): Promise<Outcome<GrpcPort>> {
  const at = listenAddresses(settings, id).grpc;
  const option = settings.peersGiven ? "--grpc" : `${PROGRAM} up --grpc`;
  return bindPort(
    at,
    async () => {
      const server = new GrpcServer({ ...GUARDED_SERVER_OPTIONS, ...KEEPALIVE });
      const guard = new PortGuard({ limits: portLimitsFor(openFilesLimit()) });
      guard.onRefused = (count) => logger.warn("grpc_refused", { count });
      guard.watch(server);
      await new Promise<void>((resolve, reject) => {
        const host = at.host === "localhost" ? { ...at, host: "127.0.0.1" } : at;
        server.bindAsync(printAddress(host), serverCredentials(), (error) =>
          error === null ? resolve() : reject(error),
        );
      });
      const close = (): void => {
        guard.stop();
        server.forceShutdown();
      };
      return { server, guard, close };
    },
    { option, data: settings.data },
  );
}

/** One address of the page; another server takes it over when the certificate changes. */
interface Listener {
  readonly at: Address;
  /** The one that other replicas of this host share. */
  readonly front: boolean;
  readonly reusePort: boolean;
  server: Bun.Server<undefined>;
}

/** What the app hears of the listener that a request came to. */
type Asked = Required<Pick<WebEnv["Bindings"], "loopback" | "front">>;

/** The page's listeners. Until there is an app they answer 503, so that a port is taken before anything is written. */
export class PageServer {
  readonly scheme: "http" | "https";
  readonly #settings: Settings;
  readonly #logger: Logger;
  readonly #wanted: Address;
  readonly #listeners = new Set<Listener>();
  /** Listeners with an earlier certificate, until the last of their connections is over. */
  readonly #retired = new Set<Bun.Server<undefined>>();
  #app: PageApp | null = null;
  #proofOf: ((nonce: string) => string) | null = null;
  #own: Listener | null = null;
  #certificate: Certificate | null = null;
  #watch: CertificateWatch | null = null;
  #stopped = false;
  #accepting = true;

  constructor(settings: Settings, id: number, logger: Logger) {
    this.#settings = settings;
    this.#logger = logger;
    this.#wanted = listenAddresses(settings, id).web;
    this.scheme = settings.tls === null ? "http" : "https";
  }

  /** Binds the replica's own port. */
  async start(): Promise<Outcome<null>> {
    const { tls, data } = this.#settings;
    if (tls !== null) {
      const certificate = readCertificate(tls);
      if (!certificate.ok) return certificate;
      this.#certificate = certificate.value;
      this.#watch = new CertificateWatch(tls, certificate.value, {
        onChange: (renewed) => void this.#renew(renewed),
        onRefused: () => this.#logger.warn("tls_refused"),
      });
      this.#watch.start();
    }
    const bound = await bindPort(
      this.#wanted,
      () => this.#listen({ at: this.#wanted, front: false, reusePort: false }),
      { option: "--web", data },
    );
    if (!bound.ok) return bound;
    this.#own = bound.value;
    return done(null);
  }

  /** Where the page is, with the port that was really bound. */
  get address(): Address {
    return { host: this.#wanted.host, port: this.#own?.at.port ?? this.#wanted.port };
  }

  /** As a browser names it. */
  get origin(): string {
    const { host, port } = this.address;
    const named = host === "0.0.0.0" || host === "::" ? hostname() : host;
    return `${this.scheme}://${printAddress({ host: named, port })}`;
  }

  /** Names of the certificate that is served, as URLs have them; none without TLS. */
  get certificateNames(): string[] {
    return this.#certificate === null ? [] : namesOf(this.#certificate);
  }

  /** From now on this app answers; `proofOf` says to other replicas' fronts that it is one of theirs. */
  serve(app: PageApp, proofOf: (nonce: string) => string): void {
    this.#app = app;
    this.#proofOf = proofOf;
  }

  /** One more listener for the same app: the front. Throws EADDRINUSE. */
  open(at: Address, reusePort: boolean): { stop(): Promise<void> } {
    const listener = this.#listen({ at, front: true, reusePort });
    return {
      stop: async () => {
        this.#listeners.delete(listener);
        await listener.server.stop(true);
      },
    };
  }

  /** Closes the ports to new connections, or opens them again; what is connected stays. */
  accept(open: boolean): void {
    this.#accepting = open;
    if (open) void this.#openAgain();
    else for (const listener of this.#listeners) this.#retire(listener.server);
  }

  /** The certificate that is served; null without TLS. */
  get certificate(): Certificate | null {
    return this.#certificate;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#watch?.stop();
    const servers = [...[...this.#listeners].map((listener) => listener.server), ...this.#retired];
    this.#listeners.clear();
    await Promise.all(servers.map((server) => server.stop(true)));
  }

  /**
   * Bun does not change the certificate of a listener, so each is closed for new connections
   * and opened again: what is connected goes on, streams too.
   */
  async #renew(certificate: Certificate): Promise<void> {
    this.#certificate = certificate;
    // Ports that are closed now are opened with the new one later.
    if (this.#accepting) {
      for (const listener of this.#listeners) this.#retire(listener.server);
      await this.#openAgain();
    }
    this.#logger.info("tls_renewed");
  }

  #retire(server: Bun.Server<undefined>): void {
    this.#retired.add(server);
    void server.stop(false).finally(() => this.#retired.delete(server));
  }

  async #openAgain(): Promise<void> {
    for (const listener of this.#listeners) {
      for (let attempt = 1; !this.#stopped && this.#accepting && this.#listeners.has(listener); attempt++) {
        try {
          listener.server = this.#bind(listener);
          break;
        } catch (error) {
          // Another process took the port within this instant: without its page a replica is of no use.
          if (attempt === REBIND_ATTEMPTS) throw error;
          await Bun.sleep(REBIND_EVERY_MS);
        }
      }
    }
  }

  #listen(wanted: Omit<Listener, "server">): Listener {
    const server = this.#bind(wanted);
    const listener = { ...wanted, at: { host: wanted.at.host, port: server.port ?? wanted.at.port }, server };
    this.#listeners.add(listener);
    return listener;
  }

  #bind(wanted: Omit<Listener, "server">): Bun.Server<undefined> {
    const { at, front, reusePort } = wanted;
    const by = { loopback: isLoopback(at.host), front };
    return Bun.serve({
      // "localhost" could become ::1 alone, where an IPv4 client finds nobody.
      hostname: at.host === "localhost" ? "127.0.0.1" : at.host,
      port: at.port,
      reusePort,
      development: false,
      idleTimeout: IDLE_SECONDS,
      maxRequestBodySize: BODY_BYTES_MAX,
      ...(this.#certificate === null ? {} : { tls: this.#certificate }),
      fetch: (request, server) => this.#answer(request, server, by),
    });
  }

  #answer(asked: Request, server: Bun.Server<undefined>, by: Asked): Response | Promise<Response> {
    if (this.#app === null) return new Response("starting\n", { status: 503, headers: { "retry-after": "1" } });
    const request = withHost(asked, () => this.origin);
    if (request === null) return new Response("The Host header of this request is not valid.\n", { status: 400 });
    const bindings = { caller: () => server.requestIP(asked)?.address ?? null, ...by };
    const nonce = request.headers.get(FRONT_NONCE_HEADER);
    if (nonce === null || this.#proofOf === null) return this.#app.fetch(request, bindings);
    const proof = this.#proofOf(nonce);
    return Promise.resolve(this.#app.fetch(request, bindings)).then((answer) => {
      const proven = new Response(answer.body, answer);
      proven.headers.set(FRONT_PROOF_HEADER, proof);
      return proven;
    });
  }
}
