/** What tests do with the op kind `deleteAccount`. */
import { type AllRows, count, PASSWORD } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    const { client, id } = await team.person();
    const effect = (rows: AllRows): number => count(rows, "audit", { actor: id, action: "deleteAccount" });
    return team.call(client, "DeleteAccount", { password: PASSWORD, deleteMessages: true }, effect);
  },
  habit: (me) => {
    if (me.random.chance(0.7)) return null;
    const deleteMessages = me.random.chance(0.3);
    const { id } = me;
    return {
      done: () => {
        me.house.deleted.add(id);
        me.leaves();
      },
      body: (at) => ({ kind: "deleteAccount", deleteMessages, checked: me.passwordAt(at).checked }),
    };
  },
};
