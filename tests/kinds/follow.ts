/** What tests do with the op kind `follow`. */
import fc from "fast-check";
import { threadIdOf } from "../../src/chat/ids.ts";
import { type AllRows, count, must, uuid } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    const { id } = await team.said();
    const thread = threadIdOf(id);
    must(await team.ann.call("SendMessage", { conversationId: thread, body: "below", clientId: uuid() }));
    const effect = (rows: AllRows): number => count(rows, "follows", { thread, user: team.ids.ben, is_on: 1 });
    return team.call(team.ben, "FollowThread", { messageId: id }, effect);
  },
  habit: (me) =>
    me.onMessage(({ id, conversation, isRoot }) => {
      const on = me.random.chance(0.6);
      return { body: () => ({ kind: "follow", thread: isRoot ? threadIdOf(id) : conversation, on }) };
    }),
  random: ({ thread }) => ({
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("follow" as const), thread, on: fc.boolean() }),
  }),
};
