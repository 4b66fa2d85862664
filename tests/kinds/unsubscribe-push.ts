/** What tests do with the op kind `unsubscribePush`. */
import { type AllRows, count, must, uuid, SUBSCRIPTION } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    const { client, id } = await team.person();
    const added = must(await client.call("AddPushSubscription", { ...SUBSCRIPTION, clientId: uuid() }));
    const effect = (rows: AllRows): number => count(rows, "push_subscriptions", { user: id, is_on: 0, endpoint: "" });
    return team.call(client, "RemovePushSubscription", { id: added.subscription!.id }, effect);
  },
  habit: "as subscribePush",
};
