/** Ids: the compiler tells their types apart, and only its two people can open a direct conversation. */
import { expect, test } from "bun:test";
import {
  directId,
  directMembers,
  messageId,
  splitMessageId,
  type ConversationId,
  type UserId,
} from "../../../src/chat/ids.ts";
import { directPeople } from "../../../src/chat/kinds/direct.ts";
import type { Rows } from "../../../src/chat/rows.ts";
import type { ReplicaId, Seq } from "../../../src/election/view.ts";

const ANNA: UserId = "AAAAAAAAAAAA";
const BEN: UserId = "BBBBBBBBBBBB";

test("an id of one sort is not an id of another, nor a seq a replica", () => {
  const conversation: ConversationId = directId(ANNA, BEN);
  const asked = (rows: Pick<Rows, "isRead" | "hide">, user: UserId, seq: Seq, replica: ReplicaId): void => {
    rows.isRead(conversation, user, seq);
    // @ts-expect-error -- the other way round
    rows.isRead(user, conversation, seq);
    // @ts-expect-error -- the id of a replica is not a seq
    rows.hide(conversation, user, seq, replica);
    // @ts-expect-error -- a message is not its author
    rows.isRead(conversation, messageId(user, "c"), seq);
  };
  // `make types` fails if an expected error does not occur.
  expect(asked).toBeFunction();
});

test("a direct conversation is one id, whoever opens it, and only its people open it", () => {
  const id = directId(BEN, ANNA);
  expect(id).toBe(directId(ANNA, BEN));
  expect(directPeople(id, ANNA)).toEqual([ANNA, BEN]);
  expect(directPeople(id, "CCCCCCCCCCCC")).toBe(null);
  expect(directPeople("nonsense", ANNA)).toBe(null);
  // Notes to oneself have one member.
  expect(directMembers(directId(ANNA, ANNA))).toEqual([ANNA]);
});

test("a message id is its author and her client id", () => {
  expect(splitMessageId(messageId(ANNA, "c1"))).toEqual({ author: ANNA, clientId: "c1" });
  expect(splitMessageId("nonsense")).toBe(null);
});
