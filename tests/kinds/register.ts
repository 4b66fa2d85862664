/** What tests do with the op kind `register`. */
import { count, PASSWORD } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    const name = team.fresh("new");
    return team.call(null, "Register", { name, password: PASSWORD }, (rows) => count(rows, "users", { name }));
  },
  habit: (me) => me.newcomer(),
};
