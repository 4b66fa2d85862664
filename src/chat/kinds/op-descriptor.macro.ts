/** Build macro: reads proto/op.proto while bundling, so that the binary carries its descriptor. */
import { join } from "node:path";
import protobuf from "protobufjs";

/** The descriptor of op.proto as JSON (protobufjs `INamespace`). */
export function opDescriptor(): string {
  return JSON.stringify(protobuf.loadSync(join(import.meta.dir, "../../../proto/op.proto")).toJSON());
}
