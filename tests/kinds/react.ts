/** What tests do with the op kind `react`. */
import fc from "fast-check";
import { type AllRows, count } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    const { seq, id } = await team.said();
    const effect = (rows: AllRows): number => count(rows, "reactions", { seq, user: team.ids.ben, shown: 1 });
    return team.call(team.ben, "React", { messageId: id, emoji: "👍" }, effect);
  },
  habit: (me) =>
    me.onMessage(({ id }) => {
      const how = { emoji: me.random.pick(["👍", "❤️"]), on: me.random.chance(0.7) };
      return { body: () => ({ kind: "react", message: id, ...how }) };
    }),
  random: ({ message }) => ({
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("react" as const),
      message,
      emoji: fc.constantFrom("👍", "❤️"),
      on: fc.boolean(),
    }),
  }),
};
