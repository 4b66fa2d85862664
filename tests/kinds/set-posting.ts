/** What tests do with the op kind `setPosting`. */
import { count } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) =>
    team.changes({ posting: { adminsOnly: true, slowSeconds: 60, adminsCall: true } }, (id, rows) =>
      count(rows, "rooms", { id, admins_only: 1, slow_seconds: 60, admins_call: 1 }),
    ),
  habit: (me) =>
    me.runRoom((room) => {
      const how = { adminsOnly: me.random.chance(0.2), slowSeconds: 0 };
      return { body: () => ({ kind: "setPosting", room, ...how }) };
    }),
};
