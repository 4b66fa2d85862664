/** What tests do with the op kind `setActive`. */
import { OPERATES } from "../simulation/residents.ts";
import { type AllRows, count } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    const { name, id } = await team.person();
    const effect = (rows: AllRows): number =>
      count(rows, "audit", { action: "deactivate", target: id }) * count(rows, "deactivations", { user: id, off: 1 });
    return team.call(team.ann, "SetActive", { person: name, active: false }, effect);
  },
  habit: (me) =>
    me.about((person) => {
      const active = me.random.chance(0.7);
      const { off } = me.house;
      return {
        ...OPERATES,
        begun: () => active && off.lift(person),
        done: () => active || off.add(person),
        body: (at) => ({ kind: "setActive", person, active, seen: me.house.tagOfDeactivation(at, person) }),
      };
    }),
};
