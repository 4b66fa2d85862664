/** Ids: one sort is not taken for another by the compiler, and a direct conversation is opened by its two people only. */
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
    // @ts-expect-error -- the number of a replica is no place in the log
    rows.hide(conversation, user, seq, replica);
    // @ts-expect-error -- a message is not its author
    rows.isRead(conversation, messageId(user, "c"), seq);
  };
  // `make types` fails on an expected error that does not come.
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
