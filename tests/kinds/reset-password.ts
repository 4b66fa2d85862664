/** What tests do with the op kind `resetPassword`. */
import { passwordId } from "../../src/chat/ids.ts";
import { type AllRows, count, must, NEW_PASSWORD, uuid } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    const { name, id } = await team.person();
    const { token } = must(await team.ann.call("CreateReset", { person: name, clientId: uuid() }));
    const effect = (rows: AllRows): number =>
      count(rows, "audit", { action: "resetPassword", actor: id }) * count(rows, "resets", { user: id, used: 1 });
    return team.call(null, "ResetPassword", { token, password: NEW_PASSWORD }, effect);
  },
  habit: (me) =>
    me.about((person) => {
      const tokenHash = me.house.resets.get(person);
      if (tokenHash === undefined) return null;
      const passwordHash = `hash ${me.random.hex16()}`;
      const session = me.newSession(passwordId(passwordHash));
      return { user: () => person, body: () => ({ kind: "resetPassword", tokenHash, passwordHash, session }) };
    }),
};
