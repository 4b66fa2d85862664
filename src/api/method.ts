/**
 * Turns our description of a service into the one that a gRPC server takes, and bounds the size
 * of requests. For a request over the server's own bound (port-guard.ts), gRPC ends the call
 * with its own error. A request that is only a little too large, or cannot be decoded, is passed
 * to the handler as a BadRequest instead, so that it is answered like every other bad request.
 */
import type { MethodDefinition, ServiceDefinition } from "@grpc/grpc-js";
import { REQUEST_BYTES_MAX } from "../../proto/chat-wire.ts";
import type { WireMethod } from "../../proto/chat-wire.ts";
import type { ChatError } from "../chat/errors.ts";

/** A request that cannot be decoded or is too large; `error` is its answer. */
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

/** A service definition for Server.addService. Handlers get each request as its message or as a BadRequest. */
export function serviceDefinition(methods: object): ServiceDefinition {
  const definition: Record<string, MethodDefinition<unknown, unknown>> = {};
  for (const [name, method] of Object.entries(methods as Record<string, WireMethod<object, object>>)) {
    definition[name] = {
      path: method.path,
      requestStream: method.requestStream,
      responseStream: method.responseStream,
      requestSerialize: (value) => method.encodeRequest(value as object),
      requestDeserialize: (bytes) => decodeBounded(method, bytes),
      // A handler may pass a response that it has already encoded.
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
