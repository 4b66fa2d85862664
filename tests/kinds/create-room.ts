/** What tests do with the op kind `createRoom`. */
import { roomIdOf } from "../../src/chat/kinds/create-room.ts";
import { WORDS } from "../simulation/residents.ts";
import { type AllRows, count } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    const name = team.fresh("room");
    const effect = (rows: AllRows): number => count(rows, "rooms", { name });
    return team.call(team.ann, "CreateRoom", { name, people: ["ben"] }, effect);
  },
  habit: (me) => {
    if (me.house.isFull) return null;
    const name = me.random.pick(WORDS);
    const shape = { name, folded: name, skeleton: name, topic: "" };
    const isPrivate = me.random.chance(0.4);
    const historyFromJoining = isPrivate && me.random.chance(0.7);
    const body = { kind: "createRoom", ...shape, isPrivate, historyFromJoining, people: me.others(2) } as const;
    const user = me.id;
    const add = (clientId: string): void => me.house.addRoom(roomIdOf({ user, clientId }, body), user);
    return { done: add, body: () => body };
  },
};
