/**
 * The credentials of all gRPC connections, of peers, clients and commands: none so far, so only the network protects
 * them. Peers also prove the cluster key, and every frame between them is authenticated (src/election/peers/).
 * Certificates of both sides would be added here.
 */
import { credentials, ServerCredentials, type ChannelCredentials } from "@grpc/grpc-js";

/** The credentials for a connection to a replica. */
export function clientCredentials(): ChannelCredentials {
  return credentials.createInsecure();
}

/** The credentials of a replica's gRPC port. */
export function serverCredentials(): ServerCredentials {
  return ServerCredentials.createInsecure();
}
