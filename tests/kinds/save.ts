/** What tests do with the op kind `save`. */
import fc from "fast-check";
import { type AllRows, count } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    const { seq, id } = await team.said();
    const effect = (rows: AllRows): number => count(rows, "saved", { seq, user: team.ids.ben, is_on: 1 });
    return team.call(team.ben, "SaveMessage", { messageId: id }, effect);
  },
  habit: (me) => me.onMessage(({ id }) => me.marking("save", id, me.id)),
  random: ({ message }) => ({
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("save" as const), message, on: fc.boolean() }),
  }),
};
