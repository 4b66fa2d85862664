/** What tests do with the op kind `nameGroup`. */
import { groupIdFor } from "../../src/chat/ids.ts";
import { WORDS } from "../simulation/residents.ts";
import { type AllRows, count, must } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    const { name: third } = await team.person();
    const { message } = must(await team.ann.send({ to: `ben, ${third}`, body: "we three" }));
    const name = team.fresh("named");
    const group = message!.conversationId;
    const effect = (rows: AllRows): number => count(rows, "rooms", { id: group, name });
    return team.call(team.ann, "CreateRoom", { name, group }, effect);
  },
  habit: (me) => {
    const people = [me.id, ...me.others(2)].toSorted();
    const room = groupIdFor(people, 0);
    if (people.length < 3 || me.house.isFull) return null;
    const name = me.random.pick(WORDS);
    const named = { name, folded: name, skeleton: name, topic: "", historyFromJoining: me.random.chance(0.5) };
    const begin = { kind: "sendMessage", conversation: room, body: "we", readUpTo: "", people } as const;
    if (!me.house.groups.has(room))
      return { isCounted: true, done: () => me.house.groups.add(room), body: () => begin };
    const user = me.id;
    return { done: () => me.house.addRoom(room, user), body: () => ({ kind: "nameGroup", room, people, ...named }) };
  },
};
