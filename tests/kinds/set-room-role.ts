/** What tests do with the op kind `setRoomRole`. */
import { count } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) =>
    team.changes({ role: { person: "ben", role: "admin" } }, (room, rows) =>
      count(rows, "seats", { room, user: team.ids.ben, role: "admin" }),
    ),
  habit: (me) =>
    me.runRoom((room) => {
      const [person] = me.others(1);
      if (person === undefined) return null;
      const role = me.random.pick(["member", "admin", "owner"] as const);
      return { body: () => ({ kind: "setRoomRole", room, person, role }) };
    }),
};
