/** What tests do with the op kind `setTopic`. */
import { WORDS } from "../simulation/residents.ts";
import { count } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => team.changes({ topic: "another" }, (id, rows) => count(rows, "rooms", { id, topic: "another" })),
  habit: (me) => me.runRoom((room) => ({ body: () => ({ kind: "setTopic", room, topic: me.random.pick(WORDS) }) })),
};
