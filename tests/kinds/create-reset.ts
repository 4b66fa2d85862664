/** What tests do with the op kind `createReset`. */
import { OPERATES } from "../simulation/residents.ts";
import { type AllRows, count } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    const { name, id } = await team.person();
    const effect = (rows: AllRows): number =>
      count(rows, "audit", { action: "makeReset", target: id }) * count(rows, "resets", { user: id, used: 0 });
    return team.call(team.ann, "CreateReset", { person: name }, effect);
  },
  habit: (me) =>
    me.about((person) => {
      const tokenHash = `reset ${me.random.hex16()}`;
      me.house.resets.set(person, tokenHash);
      return { ...OPERATES, body: () => ({ kind: "createReset", person, tokenHash }) };
    }),
};
