/**
 * Server reflection (v1 and v1alpha), so that tools such as grpcurl need no .proto file.
 * Tells of the public services only; the replicas' own service is nobody's business.
 * Written here because the package @grpc/reflection reads files when it starts.
 */
import { status } from "@grpc/grpc-js";
import type { Server, ServerDuplexStream, UntypedServiceImplementation } from "@grpc/grpc-js";
import { fileDescriptors, symbolPackages, wireService } from "../../proto/chat-wire.ts";
import type { ServerReflectionDefinition } from "../../proto/gen/grpc/reflection/v1/ServerReflection.ts";
import type { WireServerReflectionRequest } from "../../proto/gen/grpc/reflection/v1/ServerReflectionRequest.ts";
import type { WireServerReflectionResponse } from "../../proto/gen/grpc/reflection/v1/ServerReflectionResponse.ts";
import type { Decoded, Encodable } from "../../proto/message-type.ts";
import { BadRequest, serviceDefinition } from "./method.ts";
import { replyOf } from "./status-reply.ts";

const SERVICES = [
  "grpc.health.v1.Health",
  "grpc.reflection.v1.ServerReflection",
  "grpc.reflection.v1alpha.ServerReflection",
  "lastword.v1.Chat",
];

type ReflectionRequest = Decoded<WireServerReflectionRequest>;
type ReflectionResponse = Partial<Encodable<WireServerReflectionResponse>>;

/** Adds both versions of the service; they have the same messages. */
export function addReflection(server: Server): void {
  const files = new Map<string, Buffer>();
  for (const file of fileDescriptors()) files.set(nameIn(file), file);
  const packages = symbolPackages();

  const answer = (request: ReflectionRequest): ReflectionResponse => {
    const base = { validHost: request.host, originalRequest: request };
    const file = (found: Buffer | undefined): ReflectionResponse =>
      found === undefined
        ? { ...base, errorResponse: { errorCode: status.NOT_FOUND, errorMessage: "Not known here." } }
        : { ...base, fileDescriptorResponse: { fileDescriptorProto: [found] } };
    const { messageRequest, fileByFilename = "", fileContainingSymbol = "" } = request;
    if (messageRequest === "listServices") {
      return { ...base, listServicesResponse: { service: SERVICES.map((name) => ({ name })) } };
    }
    if (messageRequest === "fileByFilename") return file(files.get(fileByFilename));
    if (messageRequest === "fileContainingSymbol")
      return file(files.get(fileOfPackage(packages.get(fileContainingSymbol))));
    return { ...base, errorResponse: { errorCode: status.NOT_FOUND, errorMessage: "There are no extensions." } };
  };

  const handlers: UntypedServiceImplementation = {
    ServerReflectionInfo: (call: ServerDuplexStream<ReflectionRequest | BadRequest, ReflectionResponse>) => {
      call.on("data", (request: ReflectionRequest | BadRequest) => {
        if (request instanceof BadRequest) {
          call.emit("error", replyOf(request.error));
          return;
        }
        // One that asks without reading must not fill our memory.
        if (!call.write(answer(request))) call.pause();
      });
      call.on("drain", () => call.resume());
      call.on("end", () => call.end());
    },
  };
  for (const version of ["v1", "v1alpha"]) {
    const service = wireService<ServerReflectionDefinition>(`grpc.reflection.${version}.ServerReflection`);
    server.addService(serviceDefinition(service), handlers);
  }
}

/** protobufjs names the file of a package so. */
function fileOfPackage(packageName: string | undefined): string {
  return `${(packageName ?? "").replaceAll(".", "_")}.proto`;
}

/** The file's name: field 1 of FileDescriptorProto comes first and is shorter than 128 bytes. */
function nameIn(file: Buffer): string {
  return file.toString("utf8", 2, 2 + (file[1] ?? 0));
}
