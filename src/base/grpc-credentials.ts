/**
 * What protects gRPC connections, in one place for peers, clients and commands: nothing but the network, so far. Peers
 * prove the cluster key on top of it, and every frame is authenticated (src/election/peers/). Certificates of both
 * sides would come here.
 */
import { credentials, ServerCredentials, type ChannelCredentials } from "@grpc/grpc-js";

/** For whoever dials a replica. */
export function clientCredentials(): ChannelCredentials {
  return credentials.createInsecure();
}

/** For a replica's gRPC port. */
export function serverCredentials(): ServerCredentials {
  return ServerCredentials.createInsecure();
}
