/** The listeners of one replica: gRPC, and the page on its own port and on the front. */
import { hostname } from "node:os";
import { Server as GrpcServer, ServerCredentials } from "@grpc/grpc-js";
import { bindPort } from "./cli/bind.ts";
import { done, type Outcome } from "./cli/exit.ts";
import { isLoopback, printAddress, type Address } from "./cli/option-values.ts";
import { listenAddresses, type Settings } from "./cli/settings.ts";
import { PEER_SERVER_OPTIONS } from "./election/peer-service.ts";

/** What the page's app must be to be served. */
export interface PageApp {
  fetch(request: Request, bindings: { server: Bun.Server<undefined> }): Response | Promise<Response>;
}

/** Above the app's own 64 KiB, so that the app and not the server says what is wrong. */
const BODY_BYTES_MAX = 1024 * 1024;
/** Event streams say something every second; whatever is silent for this long is gone. */
const IDLE_SECONDS = 30;

/** Listens for gRPC; services can still be added. */
export async function openGrpcServer(settings: Settings, id: number): Promise<Outcome<GrpcServer>> {
  const at = listenAddresses(settings, id).grpc;
  const option = settings.peersGiven ? "--grpc" : "lastword up --grpc";
  return bindPort(
    at,
    async () => {
      const server = new GrpcServer(PEER_SERVER_OPTIONS);
      await new Promise<void>((resolve, reject) => {
        const host = at.host === "localhost" ? { ...at, host: "127.0.0.1" } : at;
        server.bindAsync(printAddress(host), ServerCredentials.createInsecure(), (error) =>
          error === null ? resolve() : reject(error),
        );
      });
      return server;
    },
    { option, data: settings.data },
  );
}

/** The page's listeners. Until there is an app they answer 503, so that a port is taken before anything is written. */
export class PageServer {
  readonly scheme: "http" | "https";
  readonly #settings: Settings;
  readonly #wanted: Address;
  #app: PageApp | null = null;
  #server: Bun.Server<undefined> | null = null;

  constructor(settings: Settings, id: number) {
    this.#settings = settings;
    this.#wanted = listenAddresses(settings, id).web;
    this.scheme = settings.tls === null ? "http" : "https";
  }

  /** Binds the replica's own port. */
  async start(): Promise<Outcome<null>> {
    const bound = await bindPort(this.#wanted, () => this.#listen(this.#wanted, false), {
      option: "--web",
      data: this.#settings.data,
    });
    if (!bound.ok) return bound;
    this.#server = bound.value;
    return done(null);
  }

  /** Where the page is, with the port that was really bound. */
  get address(): Address {
    return { host: this.#wanted.host, port: this.#server?.port ?? this.#wanted.port };
  }

  /** As a browser names it. */
  get origin(): string {
    const { host, port } = this.address;
    const named = isLoopback(host) ? "localhost" : host === "0.0.0.0" || host === "::" ? hostname() : host;
    return `${this.scheme}://${printAddress({ host: named, port })}`;
  }

  /** From now on this app answers. */
  serve(app: PageApp): void {
    this.#app = app;
  }

  /** One more listener for the same app: the front. Throws EADDRINUSE. */
  open(at: Address, app: PageApp, reusePort: boolean): { stop(): Promise<void> } {
    this.#app = app;
    const server = this.#listen(at, reusePort);
    return { stop: () => server.stop(true) };
  }

  async stop(): Promise<void> {
    await this.#server?.stop(true);
  }

  #listen(at: Address, reusePort: boolean): Bun.Server<undefined> {
    const { tls } = this.#settings;
    return Bun.serve({
      // "localhost" could become ::1 alone, where an IPv4 client finds nobody.
      hostname: at.host === "localhost" ? "127.0.0.1" : at.host,
      port: at.port,
      reusePort,
      development: false,
      idleTimeout: IDLE_SECONDS,
      maxRequestBodySize: BODY_BYTES_MAX,
      ...(tls === null ? {} : { tls: { cert: Bun.file(tls.certPath), key: Bun.file(tls.keyPath) } }),
      fetch: (request, server) =>
        this.#app === null
          ? new Response("starting\n", { status: 503, headers: { "retry-after": "1" } })
          : this.#app.fetch(request, { server }),
    });
  }
}
