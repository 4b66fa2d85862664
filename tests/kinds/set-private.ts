/** What tests do with the op kind `setPrivate`. */
import { count } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => team.changes({ isPrivate: true }, (id, rows) => count(rows, "rooms", { id, is_private: 1 })),
  habit: (me) =>
    me.runRoom((room) => {
      const isPrivate = me.random.chance(0.7);
      const { closed } = me.house;
      return {
        begun: () => isPrivate || closed.lift(room),
        done: (_, key) => isPrivate && closed.add(room, key),
        body: (at) => ({ kind: "setPrivate", room, isPrivate, ...me.house.seenOfRoom(at, room) }),
      };
    }),
};
