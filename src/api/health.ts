/**
 * The standard health service, grpc.health.v1: is this replica to be used? For the names ""
 * and "lastword.v1.Chat". Written here because the package grpc-health-check reads its
 * .proto from its own folder when it starts, which an executable does not have.
 */
import { Metadata, status } from "@grpc/grpc-js";
import type {
  Server,
  ServerUnaryCall,
  ServerWritableStream,
  UntypedServiceImplementation,
  sendUnaryData,
} from "@grpc/grpc-js";
import { wireService } from "../../proto/chat-wire.ts";
import { BadRequest, serviceDefinition } from "./method.ts";
import { replyOf } from "./status-reply.ts";

/** Names of services that health answers for. */
const SERVICES: ReadonlySet<string> = new Set(["", "lastword.v1.Chat"]);

/** Numbers of HealthCheckResponse.ServingStatus; 3 is Watch's alone. */
const SERVING = 1;
const NOT_SERVING = 2;
const SERVICE_UNKNOWN = 3;

/** Watchers of one replica at the same time; the next one is refused. */
const WATCHERS_MAX = 256;

type Request = { readonly service: string } | BadRequest;
type Response = { readonly status: number };
type Watcher = ServerWritableStream<Request, Response>;

/** Starts as NOT_SERVING. */
export class Health {
  #serving = false;
  readonly #watchers = new Set<Watcher>();

  addTo(server: Server): void {
    const handlers: UntypedServiceImplementation = {
      Check: (call: ServerUnaryCall<Request, Response>, reply: sendUnaryData<Response>) => this.#check(call, reply),
      List: (_call: ServerUnaryCall<object, object>, reply: sendUnaryData<object>) => {
        const statuses: Record<string, Response> = {};
        for (const service of SERVICES) statuses[service] = { status: this.#status(service) };
        reply(null, { statuses });
      },
      Watch: (call: Watcher) => this.#watch(call),
    };
    server.addService(serviceDefinition(wireService("grpc.health.v1.Health")), handlers);
  }

  /** Tells whoever asks or watches. */
  setServing(serving: boolean): void {
    if (serving === this.#serving) return;
    this.#serving = serving;
    for (const watcher of this.#watchers) {
      const service = (watcher.request as { readonly service: string }).service;
      if (SERVICES.has(service)) watcher.write({ status: this.#status(service) });
    }
  }

  /** Ends all watches. */
  stop(): void {
    this.setServing(false);
    for (const watcher of this.#watchers) watcher.end();
    this.#watchers.clear();
  }

  #status(service: string): number {
    if (!SERVICES.has(service)) return SERVICE_UNKNOWN;
    return this.#serving ? SERVING : NOT_SERVING;
  }

  #check(call: ServerUnaryCall<Request, Response>, reply: sendUnaryData<Response>): void {
    const request = call.request;
    if (request instanceof BadRequest) return reply(replyOf(request.error));
    if (!SERVICES.has(request.service)) {
      return reply({ code: status.NOT_FOUND, details: "Unknown service.", metadata: new Metadata() });
    }
    return reply(null, { status: this.#status(request.service) });
  }

  #watch(call: Watcher): void {
    const request = call.request;
    if (request instanceof BadRequest) {
      call.emit("error", replyOf(request.error));
      return;
    }
    if (this.#watchers.size >= WATCHERS_MAX) {
      call.emit("error", { code: status.RESOURCE_EXHAUSTED, details: "Too many watchers." });
      return;
    }
    this.#watchers.add(call);
    call.on("cancelled", () => this.#watchers.delete(call));
    call.write({ status: this.#status(request.service) });
  }
}
