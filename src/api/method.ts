/**
 * From the wire's description of a service to what a gRPC server takes, with the bound on
 * requests. gRPC ends a call with a request over the server's own bound (port-guard.ts) in its
 * own words; so one that is a little too large, or no message at all, is handed on as a value
 * and answered like every other bad request.
 */
import type { MethodDefinition, ServiceDefinition } from "@grpc/grpc-js";
import { REQUEST_BYTES_MAX } from "../../proto/chat-wire.ts";
import type { WireMethod } from "../../proto/chat-wire.ts";
import type { ChatError } from "../chat/errors.ts";

/** A request that cannot be read. */
export class BadRequest {
  readonly error: ChatError;
  constructor(error: ChatError) {
    this.error = error;
  }
}

/** A request over REQUEST_BYTES_MAX. */
export const TOO_LARGE: ChatError = {
  code: "too_large",
  sentence: `A request is at most ${REQUEST_BYTES_MAX / 1024} KiB; send less at a time.`,
};

const OVERSIZED = new BadRequest(TOO_LARGE);

const MALFORMED = new BadRequest({
  code: "invalid",
  sentence: "The request is not a message of this call; is the client made from another chat.proto?",
});

/** A WireService for Server.addService: requests arrive as the message or as BadRequest. */
export function serviceDefinition(methods: object): ServiceDefinition {
  const definition: Record<string, MethodDefinition<unknown, unknown>> = {};
  for (const [name, method] of Object.entries(methods as Record<string, WireMethod<object, object>>)) {
    definition[name] = {
      path: method.path,
      requestStream: method.requestStream,
      responseStream: method.responseStream,
      requestSerialize: (value) => method.encodeRequest(value as object),
      requestDeserialize: (bytes) => decodeBounded(method, bytes),
      // A handler that has its response as bytes already passes them on as they are.
      responseSerialize: (value) => (Buffer.isBuffer(value) ? value : method.encodeResponse(value as object)),
      responseDeserialize: (bytes) => method.decodeResponse(bytes),
    };
  }
  return definition;
}

function decodeBounded(method: WireMethod<object, object>, bytes: Buffer): object {
  if (bytes.length > REQUEST_BYTES_MAX) return OVERSIZED;
  try {
    return method.decodeRequest(bytes);
  } catch {
    return MALFORMED;
  }
}
