/** What tests do with the op kind `archiveRoom`. */
import { count } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => team.changes({ archived: true }, (id, rows) => count(rows, "rooms", { id, archived: 1 })),
  habit: (me) =>
    me.runRoom((room) => ({ body: () => ({ kind: "archiveRoom", room, archived: me.random.chance(0.3) }) })),
};
