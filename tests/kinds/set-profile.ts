/** What tests do with the op kind `setProfile`. */
import { WORDS } from "../simulation/residents.ts";
import { type AllRows, count } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    const { client, id } = await team.person();
    const displayName = team.fresh("Called");
    const effect = (rows: AllRows): number => count(rows, "profiles", { user: id, display_name: displayName });
    return team.call(client, "SetProfile", { displayName }, effect);
  },
  habit: (me) => {
    const text = me.random.pick(["", "Ann", "Bob", me.name]);
    const displayName = { text, folded: text.toLowerCase(), skeleton: text.toLowerCase() };
    const status = { emoji: "", text: me.random.pick(WORDS), seconds: 0, untilMicros: 0 };
    const isName = me.random.chance(0.5);
    const body = isName ? { displayName, status: null } : { displayName: null, status };
    return { body: () => ({ kind: "setProfile", ...body, timeZone: null }) };
  },
};
