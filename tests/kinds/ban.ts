/** What tests do with the op kind `ban`. */
import { count } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) =>
    team.changes({ ban: "ben" }, (room, rows) => count(rows, "seats", { room, user: team.ids.ben, state: "banned" })),
  habit: (me) =>
    me.runRoom((room) => {
      const [person] = me.others(1);
      if (person === undefined) return null;
      const banned = me.random.chance(0.7);
      const { bans } = me.house;
      const key = `${room} ${person}`;
      return {
        begun: () => banned || bans.lift(key),
        done: () => banned && bans.add(key),
        body: (at) => ({ kind: "ban", room, person, banned, seen: me.house.tagOfSeat(at, room, person) }),
      };
    }),
};
