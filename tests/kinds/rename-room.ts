/** What tests do with the op kind `renameRoom`. */
import { WORDS } from "../simulation/residents.ts";
import { count } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    const name = team.fresh("renamed");
    return team.changes({ name }, (id, rows) => count(rows, "rooms", { id, name }));
  },
  habit: (me) =>
    me.runRoom((room) => {
      const name = me.random.pick(WORDS);
      return { body: () => ({ kind: "renameRoom", room, name, folded: name, skeleton: name }) };
    }),
};
