/** The message types of op.proto, for its encoder and decoder. */
import protobuf from "protobufjs";
import { opDescriptor } from "./op-descriptor.macro.ts" with { type: "macro" };

const root = protobuf.Root.fromJSON(JSON.parse(opDescriptor()) as protobuf.INamespace);

/** A message of op.proto by its name. */
export function messageType(name: "Op" | "Result"): protobuf.Type {
  return root.lookupType(`lastword.v1.${name}`);
}
