/** What tests do with the op kind `report`. */
import { WORDS } from "../simulation/residents.ts";
import { type AllRows, count } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    const { client, id, message } = await team.toBeReported();
    const effect = (rows: AllRows): number =>
      count(rows, "reports", { message, by: id }) * count(rows, "audit", { action: "report", actor: id });
    return team.call(client, "ReportMessage", { messageId: message, why: "rude" }, effect);
  },
  habit: (me) =>
    me.onMessage(({ id, conversation }) => {
      const why = me.random.pick(WORDS);
      me.house.reports.push({ message: id, by: me.id });
      return { body: () => ({ kind: "report", message: id, conversation, why, words: "said" }) };
    }),
};
