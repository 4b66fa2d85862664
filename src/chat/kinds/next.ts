/**
 * The kind that dist/lastword-next has and dist/lastword has not, so that tests can upgrade a cluster to a version
 * ahead: a message like any other. Whoever uses something of this asks feature("NEXT") first, which the bundler
 * answers; the release has neither the kind nor its name.
 */
import type protobuf from "protobufjs";
import type { ConversationId, MessageId } from "../ids.ts";
import type { Kind } from "./kind.ts";
import { applyEarlyTo, sendMessage } from "./send-message.ts";

export interface Next {
  readonly kind: "next";
  readonly conversation: ConversationId;
  readonly body: string;
}

/** How the body of a message begins that the next version writes as an op of this kind. */
export const NEXT_PREFIX = "next: ";

export const next: Kind<Next> = {
  since: 2,
  merge: "keep",
  recorded: true,
  read: ({ conversation, body }) => ({ kind: "next", conversation, body }),
  content: ({ conversation, body }) => `${conversation}\0${body}`,
  decide: (op, { conversation, body }, seq, rows) =>
    sendMessage.decide(op, { kind: "sendMessage", conversation, body, readUpTo: "" as MessageId }, seq, rows),
  adopt: (op, _body, seq, rows) => applyEarlyTo(op, seq, rows),
};

/** Adds its payload to the Op of op.proto's descriptor, under the next number that is free. */
export function addNext(descriptor: protobuf.INamespace): void {
  const lastword = descriptor.nested!["lastword"] as protobuf.INamespace;
  const messages = (lastword.nested!["v1"] as protobuf.INamespace).nested!;
  const op = messages["Op"] as protobuf.IType;
  const numbers = Object.values(op.fields).map(({ id }) => id);
  op.fields["next"] = { type: "Next", id: Math.max(...numbers) + 1 };
  op.oneofs!["payload"]!.oneof.push("next");
  messages["Next"] = { fields: { conversation: { type: "string", id: 1 }, body: { type: "string", id: 2 } } };
}
