/** What tests do with the op kind `settleReport`. */
import { type AllRows, count, must, uuid } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    const { client, id, message } = await team.toBeReported();
    must(await client.call("ReportMessage", { messageId: message, why: "rude", clientId: uuid() }));
    const effect = (rows: AllRows): number => count(rows, "reports", { message, by: id, is_done: 1 });
    return team.call(team.ann, "SettleReport", { messageId: message, by: id }, effect);
  },
  habit: (me) => {
    const report = me.pick(me.house.reports);
    if (report === undefined) return null;
    const [first] = me.house.people;
    const done = me.random.chance(0.7);
    return { user: () => first ?? me.id, body: () => ({ kind: "settleReport", ...report, done }) };
  },
};
