/**
 * Server reflection (v1 and v1alpha), so that tools such as grpcurl need no .proto file. It
 * shows only the public services, not the one that replicas use between them. We do not use the
 * package @grpc/reflection because it reads files when it starts.
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

/** Adds both versions of the service, whose messages are the same. */
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
        // Stop reading requests from a client that does not read the answers, so that they do not fill our memory.
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

/** The file name that protobufjs gives to a package. */
function fileOfPackage(packageName: string | undefined): string {
  return `${(packageName ?? "").replaceAll(".", "_")}.proto`;
}

/** The name of an encoded FileDescriptorProto: field 1, which comes first and is shorter than 128 bytes. */
function nameIn(file: Buffer): string {
  return file.toString("utf8", 2, 2 + (file[1] ?? 0));
}
