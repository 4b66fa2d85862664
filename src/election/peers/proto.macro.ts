/**
 * Build macro that reads proto/peer.proto, so that the executable contains the descriptor and
 * needs no file of the checkout.
 */
import { join } from "node:path";
import protobuf from "protobufjs";

/** The descriptor of peer.proto as JSON, with field names in camelCase as in frame.ts. */
export function peerDescriptor(): protobuf.INamespace {
  return protobuf.loadSync(join(import.meta.dir, "../../../proto/peer.proto")).toJSON();
}
