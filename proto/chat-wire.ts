/**
 * chat.proto in TypeScript: its rpcs, and how their messages become bytes. Both ends use it, the service (src/api) and
 * the client (src/client). It depends on no gRPC library and does no I/O. It uses protobufjs directly, because
 * proto-loader would copy every message once more, which costs throughput in SendStream.
 */
import type { ServiceDefinition } from "@grpc/grpc-js";
import protobuf from "protobufjs";
import { embeddedProtos } from "./chat-wire.macro.ts" with { type: "macro" };
import type { ChatDefinition } from "./gen/lastword/v1/Chat.ts";
import { MessageType, rootOf, type Decoded, type Encodable } from "./message-type.ts";

const EMBEDDED = embeddedProtos();
const ROOT = rootOf(JSON.parse(EMBEDDED.root) as protobuf.INamespace);

/** Maximum length of a request, in bytes. */
export const REQUEST_BYTES_MAX = 64 * 1024;
/** Maximum number of items in a SendStreamRequest. */
export const SEND_ITEMS_MAX = 256;
/** Maximum number of items of a SendStream that have no result yet. */
export const SEND_IN_FLIGHT_MAX = 1024;

/** Trailer with the code of an error. */
export const CODE_TRAILER = "lastword-code";
/** Trailer with the outcome of a failed call: `definite` or `unknown`. */
export const OUTCOME_TRAILER = "lastword-outcome";
/** Trailer with the time after which to try again, ms. */
export const RETRY_AFTER_TRAILER = "retry-after-ms";
/** Metadata with the cursor at or after which to read. */
export const CURSOR_HEADER = "lastword-cursor";

type NameOf<Service> = keyof { [Name in keyof Service as string extends Name ? never : Name]: unknown } & string;

/** The decoded request and response of every rpc of a service; `Service` is its generated definition. */
export type Rpcs<Service extends ServiceDefinition> = {
  readonly [Name in NameOf<Service>]: {
    request: Decoded<ReturnType<Service[Name]["requestDeserialize"]>>;
    response: Decoded<ReturnType<Service[Name]["responseDeserialize"]>>;
  };
};

/** The rpcs of lastword.v1.Chat. */
export type ChatCalls = Rpcs<ChatDefinition>;
/** The name of an rpc of lastword.v1.Chat, such as "Register". */
export type ChatCall = keyof ChatCalls;
/** The decoded request of an rpc. */
export type ChatRequest<Name extends ChatCall> = ChatCalls[Name]["request"];
/** The decoded response of an rpc. */
export type ChatResponse<Name extends ChatCall> = ChatCalls[Name]["response"];

/** How the messages of one rpc become bytes. */
export interface WireMethod<Request extends object, Response extends object> {
  /** Such as `/lastword.v1.Chat/Register`. */
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  encodeRequest(value: Partial<Encodable<Request>>): Buffer;
  /** Throws on bytes that are no message. */
  decodeRequest(bytes: Uint8Array): Request;
  encodeResponse(value: Partial<Encodable<Response>>): Buffer;
  /** A plain object with every field. Throws on bytes that are no message. */
  decodeResponse(bytes: Uint8Array): Response;
}

/** The rpcs of a service. */
export type WireService<Service extends ServiceDefinition> = {
  readonly [Name in keyof Rpcs<Service>]: WireMethod<Rpcs<Service>[Name]["request"], Rpcs<Service>[Name]["response"]>;
};

/** The rpcs of an embedded service, such as `grpc.health.v1.Health`. */
export function wireService<Service extends ServiceDefinition>(serviceName: string): WireService<Service> {
  const service = ROOT.lookupService(serviceName);
  const methods: Record<string, WireMethod<object, object>> = {};
  for (const method of service.methodsArray) {
    const request = new MessageType(service.lookupType(method.requestType));
    const response = new MessageType(service.lookupType(method.responseType));
    methods[method.name] = {
      path: `/${serviceName}/${method.name}`,
      requestStream: method.requestStream ?? false,
      responseStream: method.responseStream ?? false,
      encodeRequest: (value) => request.encode(value),
      decodeRequest: (bytes) => request.decode(bytes) as object,
      encodeResponse: (value) => response.encode(value),
      decodeResponse: (bytes) => response.decodePlain(bytes) as object,
    };
  }
  return methods as unknown as WireService<Service>;
}

/** The rpcs of lastword.v1.Chat. */
export const CHAT_WIRE = wireService<ChatDefinition>("lastword.v1.Chat");

/** The encoded FileDescriptorProtos of the embedded packages, for reflection. */
export function fileDescriptors(): Buffer[] {
  return EMBEDDED.files.map((file) => Buffer.from(file, "base64"));
}

/** The package of every embedded service, method, message, field and enum, by its full name. */
export function symbolPackages(): Map<string, string> {
  const symbols = new Map<string, string>();
  const visit = (object: protobuf.ReflectionObject, packageName: string): void => {
    const name = object.fullName.slice(1);
    const isPackage = object.constructor === protobuf.Namespace;
    if (!isPackage) symbols.set(name, packageName);
    if (object instanceof protobuf.Type) for (const field of object.fieldsArray) visit(field, packageName);
    if (object instanceof protobuf.Service) for (const method of object.methodsArray) visit(method, packageName);
    if (object instanceof protobuf.Namespace) {
      for (const nested of object.nestedArray) visit(nested, isPackage ? name : packageName);
    }
  };
  for (const nested of ROOT.nestedArray) visit(nested, "");
  return symbols;
}
