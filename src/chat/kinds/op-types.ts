/** The message types of op.proto, for its encoder and decoder. */
import { feature } from "bun:bundle";
import protobuf from "protobufjs";
import { addNext } from "./next.ts";
import { opDescriptor } from "./op-descriptor.macro.ts" with { type: "macro" };

const descriptor = JSON.parse(opDescriptor()) as protobuf.INamespace;
if (feature("NEXT")) addNext(descriptor);
const root = protobuf.Root.fromJSON(descriptor);

/** A message of op.proto by its name. */
export function messageType(name: "Op" | "Result"): protobuf.Type {
  return root.lookupType(`lastword.v1.${name}`);
}
