/** What tests do with the op kind `login`. */
import { type AllRows, count, PASSWORD } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  // Without a client id: a login whose answer was lost is there beside the one that was answered.
  act: async (team) => {
    const { name, id } = await team.person();
    const effect = (rows: AllRows): number => Math.min(1, count(rows, "sessions", { user: id }) - 1);
    return { ...team.call(null, "Login", { name, password: PASSWORD }, effect), clientId: null };
  },
  habit: (me) => {
    const id = `s ${me.random.hex16()}`;
    return {
      body: (at) => {
        const { checked, session } = me.passwordAt(at);
        return { kind: "login", checked, session: { ...session, id } };
      },
    };
  },
};
