/** What tests do with the op kind `changePassword`. */
import { type AllRows, find, NEW_PASSWORD, PASSWORD } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    const { client, id } = await team.person();
    const effect = (rows: AllRows): number =>
      find(rows, "users", { id }).filter((row) => row["password_micros"] !== row["created_micros"]).length;
    return team.call(client, "ChangePassword", { password: PASSWORD, newPassword: NEW_PASSWORD }, effect);
  },
  habit: (me) => {
    const passwordHash = `hash ${me.random.hex16()}`;
    const change = { kind: "changePassword", passwordHash, keepSession: "" } as const;
    return { body: (at) => ({ ...change, checked: me.passwordAt(at).checked }) };
  },
};
