/** The message types of op.proto, which encode and decode ops and recorded results. */
import { feature } from "bun:bundle";
import type protobuf from "protobufjs";
import type { WireOp } from "../../../proto/gen/lastword/v1/Op.ts";
import type { WireResult } from "../../../proto/gen/lastword/v1/Result.ts";
import { MessageType, rootOf } from "../../../proto/message-type.ts";
import { addNext } from "./next.ts";
import { opDescriptor } from "./op-descriptor.macro.ts" with { type: "macro" };

const descriptor = JSON.parse(opDescriptor()) as protobuf.INamespace;
if (feature("NEXT")) addNext(descriptor);
const root = rootOf(descriptor);

export const OP_TYPE = new MessageType<WireOp>(root.lookupType("lastword.v1.Op"));
export const RESULT_TYPE = new MessageType<WireResult>(root.lookupType("lastword.v1.Result"));
