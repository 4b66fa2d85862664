/** What tests do with the op kind `editMessage`. */
import fc from "fast-check";
import { type AllRows, count } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    const { seq, id } = await team.said();
    const body = team.fresh("edited");
    const effect = (rows: AllRows): number =>
      count(rows, "messages", { seq, body }) * count(rows, "versions", { seq, body });
    return team.call(team.ann, "EditMessage", { messageId: id, body }, effect);
  },
  habit: (me) =>
    me.onMessage(({ id, author }) => {
      const body = `edited ${me.random.hex16()}`;
      return { user: () => author, body: () => ({ kind: "editMessage", message: id, body }) };
    }),
  random: ({ mention, message, text }) => ({
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("editMessage" as const),
      message,
      body: text,
      mentions: fc.uniqueArray(mention, { maxLength: 2, selector: (one) => one.user }),
    }),
  }),
};
