/** What tests do with the op kind `subscribePush`. */
import { type AllRows, count, SUBSCRIPTION } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    const { client, id } = await team.person();
    const effect = (rows: AllRows): number => count(rows, "push_subscriptions", { user: id, is_on: 1 });
    return team.call(client, "AddPushSubscription", SUBSCRIPTION, effect);
  },
  habit: "push.test.ts has its merges; nothing else depends on it",
};
