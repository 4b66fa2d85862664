/**
 * The standard health service, grpc.health.v1, which says whether clients should use this
 * replica. It answers for the names "" and "lastword.v1.Chat". We do not use the package
 * grpc-health-check because it reads its .proto from its own folder when it starts, and an
 * executable has no such folder.
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
import type { HealthDefinition } from "../../proto/gen/grpc/health/v1/Health.ts";
import type { WireHealthCheckRequest } from "../../proto/gen/grpc/health/v1/HealthCheckRequest.ts";
import {
  _grpc_health_v1_HealthCheckResponse_ServingStatus as ServingStatus,
  type WireHealthCheckResponse,
} from "../../proto/gen/grpc/health/v1/HealthCheckResponse.ts";
import type { WireHealthListResponse } from "../../proto/gen/grpc/health/v1/HealthListResponse.ts";
import type { Decoded, Encodable } from "../../proto/message-type.ts";
import { BadRequest, serviceDefinition } from "./method.ts";
import { replyOf } from "./status-reply.ts";

/** The service names that health answers for. */
const SERVICES: ReadonlySet<string> = new Set(["", "lastword.v1.Chat"]);

/** Watchers that a replica may have at the same time. The next one is refused. */
const WATCHERS_MAX = 256;

type Request = Decoded<WireHealthCheckRequest> | BadRequest;
type Response = Encodable<WireHealthCheckResponse>;
type ListResponse = Encodable<WireHealthListResponse>;
type Watcher = ServerWritableStream<Request, Response>;

/** The service. Its answer is NOT_SERVING at first. */
export class HealthService {
  #serving = false;
  readonly #watchers = new Set<Watcher>();

  addTo(server: Server): void {
    const handlers: UntypedServiceImplementation = {
      Check: (call: ServerUnaryCall<Request, Response>, reply: sendUnaryData<Response>) => this.#check(call, reply),
      List: (_call: ServerUnaryCall<object, ListResponse>, reply: sendUnaryData<ListResponse>) => {
        const statuses: Record<string, Response> = {};
        for (const service of SERVICES) statuses[service] = { status: this.#status(service) };
        reply(null, { statuses });
      },
      Watch: (call: Watcher) => this.#watch(call),
    };
    server.addService(serviceDefinition(wireService<HealthDefinition>("grpc.health.v1.Health")), handlers);
  }

  /** Sets the answer, and sends it to every watcher. */
  setServing(serving: boolean): void {
    if (serving === this.#serving) return;
    this.#serving = serving;
    for (const watcher of this.#watchers) {
      const { service } = watcher.request as Decoded<WireHealthCheckRequest>;
      if (SERVICES.has(service)) watcher.write({ status: this.#status(service) });
    }
  }

  /** Sets the answer to NOT_SERVING and ends all watches. */
  stop(): void {
    this.setServing(false);
    for (const watcher of this.#watchers) watcher.end();
    this.#watchers.clear();
  }

  #status(service: string): Response["status"] {
    if (!SERVICES.has(service)) return ServingStatus.SERVICE_UNKNOWN;
    return this.#serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
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
