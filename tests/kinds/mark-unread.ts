/** What tests do with the op kind `markUnread`. */
import fc from "fast-check";
import type { AllRows } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    const { seq, id } = await team.said();
    const effect = (rows: AllRows): number =>
      rows["unreads"]!.filter((row) => row["user"] === team.ids.ben && Number(row["changed_seq"]) > seq).length > 0
        ? 1
        : 0;
    return team.call(team.ben, "MarkUnread", { messageId: id }, effect);
  },
  habit: (me) => me.onMessage(({ id }) => ({ body: () => ({ kind: "markUnread", message: id }) })),
  random: ({ message }) => ({ weight: 5, arbitrary: fc.record({ kind: fc.constant("markUnread" as const), message }) }),
};
