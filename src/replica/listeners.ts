/** The listeners of one replica: the gRPC port, and the page on its own port and at the front. */
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

/** The page's app, as this server calls it. */
export interface PageApp {
  fetch(request: Request, bindings: WebEnv["Bindings"]): Response | Promise<Response>;
}

/** Larger than the app's own bound of 64 KiB, so that the app answers with its own error. */
const BODY_BYTES_MAX = 8 * 1024 * 1024 + 64 * 1024;
/**
 * Event streams send something every second, and a write is answered within 15 s, so a connection that is silent
 * for this long is dead. A request that is not whole after twice this time is cut off, even if it keeps trickling in.
 */
const IDLE_SECONDS = 20;
/**
 * A computer that vanishes closes no connection, and its user would stay online for the quarter
 * of an hour that TCP takes to give up. Therefore a ping without an answer ends the connection.
 */
const KEEPALIVE = { "grpc.keepalive_time_ms": 4000, "grpc.keepalive_timeout_ms": 4000 };
/** How often the process tries to bind a port again that it has just closed. */
const REBIND_ATTEMPTS = 20;
const REBIND_EVERY_MS = 50;

/** The gRPC port: its server, to which services can still be added, and its guard. */
export interface GrpcPort {
  readonly server: GrpcServer;
  readonly guard: PortGuard;
  close(): void;
}

/** Opens the gRPC port. Fails with a sentence and an exit code if the address cannot be bound. */
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

/** A listener of the page. Its server is replaced when the certificate changes. */
interface Listener {
  readonly at: Address;
  /** True for the front, which other replicas of this host share. */
  readonly front: boolean;
  readonly reusePort: boolean;
  server: Bun.Server<undefined>;
}

/** What the app learns about the listener that received a request. */
type Asked = Required<Pick<WebEnv["Bindings"], "loopback" | "front">>;

/**
 * The page's listeners. They answer 503 until there is an app, so that a replica can bind its port before it writes
 * anything to its disk.
 */
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

  /** Binds the replica's own port, and reads the certificate. Fails with a sentence and an exit code. */
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

  /** The address of the page, with the port that was actually bound. */
  get address(): Address {
    return { host: this.#wanted.host, port: this.#own?.at.port ?? this.#wanted.port };
  }

  /** The page's origin, as a browser names it. */
  get origin(): string {
    const { host, port } = this.address;
    const named = host === "0.0.0.0" || host === "::" ? hostname() : host;
    return `${this.scheme}://${printAddress({ host: named, port })}`;
  }

  /** Names of the certificate that is served, as URLs have them; none without TLS. */
  get certificateNames(): string[] {
    return this.#certificate === null ? [] : namesOf(this.#certificate);
  }

  /**
   * Lets the app answer from now on. `proofOf` makes the proof for a replica that asks who has the front (frontProof).
   */
  serve(app: PageApp, proofOf: (nonce: string) => string): void {
    this.#app = app;
    this.#proofOf = proofOf;
  }

  /** Opens one more listener for the same app: the front. Throws an error with `code` EADDRINUSE. */
  open(at: Address, reusePort: boolean): { stop(): Promise<void> } {
    const listener = this.#listen({ at, front: true, reusePort });
    return {
      stop: async () => {
        this.#listeners.delete(listener);
        await listener.server.stop(true);
      },
    };
  }

  /** Closes the ports to new connections, or opens them again. Open connections stay. */
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
   * Bun cannot change the certificate of an open listener, so each is closed to new connections
   * and opened again. Open connections and streams continue.
   */
  async #renew(certificate: Certificate): Promise<void> {
    this.#certificate = certificate;
    // Ports that are closed now will be opened with the new certificate.
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
          // Another process took the port in the meantime. A replica without its page is useless, so this is fatal.
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
      // "localhost" might be bound as ::1 only, where no IPv4 client could connect.
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
