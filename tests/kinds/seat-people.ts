/** What tests do with the op kind `seatPeople`. */
import { type AllRows, count } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    const room = await team.newRoom([]);
    const effect = (rows: AllRows): number => count(rows, "seats", { room, user: team.ids.ben, state: "joined" });
    return team.call(team.ben, "JoinRoom", { room }, effect);
  },
  habit: (me) =>
    me.inRoom((room) => {
      const what = me.random.pick(["join", "join", "leave", "invite", "invite", "remove"] as const);
      const people = what === "join" || what === "leave" ? [] : me.others(2);
      if (people.length === 0 && (what === "invite" || what === "remove")) return null;
      const founder = me.house.rooms.find(({ id }) => id === room)!.founder;
      const by = what === "remove" || what === "invite" ? { user: () => founder } : {};
      return { ...by, body: () => ({ kind: "seatPeople", room, what, people }) };
    }),
};
