/** What tests do with the op kind `pin`. */
import fc from "fast-check";
import { type AllRows, count } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    const { seq, id } = await team.said();
    const effect = (rows: AllRows): number => count(rows, "pins", { seq, by: team.ids.ben, is_on: 1 });
    return team.call(team.ben, "PinMessage", { messageId: id }, effect);
  },
  habit: (me) => me.onMessage(({ id, author }) => me.marking("pin", id, author)),
  random: ({ message }) => ({
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("pin" as const), message, on: fc.boolean() }),
  }),
};
