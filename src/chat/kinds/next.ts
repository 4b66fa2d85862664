/**
 * A kind that only dist/lastword-next has, so that tests can upgrade a cluster to a newer version. It behaves like
 * an ordinary message. Code that uses anything from this file checks feature("NEXT") first. The bundler evaluates
 * that check, so the release contains neither the kind nor its name.
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

/** The next version writes a message whose body begins with this prefix as an op of this kind. */
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

/** Adds the payload of this kind to the message Op of op.proto's descriptor, under the next free number. */
export function addNext(descriptor: protobuf.INamespace): void {
  const lastword = descriptor.nested!["lastword"] as protobuf.INamespace;
  const messages = (lastword.nested!["v1"] as protobuf.INamespace).nested!;
  const op = messages["Op"] as protobuf.IType;
  const numbers = Object.values(op.fields).map(({ id }) => id);
  op.fields["next"] = { type: "Next", id: Math.max(...numbers) + 1 };
  op.oneofs!["payload"]!.oneof.push("next");
  messages["Next"] = { fields: { conversation: { type: "string", id: 1 }, body: { type: "string", id: 2 } } };
}
