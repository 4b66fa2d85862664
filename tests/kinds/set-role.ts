/** What tests do with the op kind `setRole`. */
import { OPERATES } from "../simulation/residents.ts";
import { type AllRows, count } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    const { name, id } = await team.person();
    const effect = (rows: AllRows): number => count(rows, "audit", { action: "setRole", target: id, detail: "admin" });
    return team.call(team.ann, "SetRole", { person: name, role: "admin" }, effect);
  },
  habit: (me) =>
    me.about((person) => {
      const role = me.random.pick(["member", "admin", "owner", "guest"] as const);
      return { ...OPERATES, body: () => ({ kind: "setRole", person, role }) };
    }),
};
