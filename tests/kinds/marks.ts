/** What tests do with the op kind `marks`. */
import { type AllRows, count, find } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    const { seq, id } = await team.said();
    const effect = (rows: AllRows): number => {
      const isPast = find(rows, "members", { user: team.ids.ben, conversation: team.room }).some(
        ({ mark }) => Number(mark) >= seq,
      );
      return isPast ? 1 : count(rows, "reads", { user: team.ids.ben, seq });
    };
    return { ...team.call(team.ben, "MarkRead", { messageIds: [id] }, effect), clientId: null };
  },
  habit: "readers do (readers.ts), through the gatherer",
};
