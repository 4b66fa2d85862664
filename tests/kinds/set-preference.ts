/** What tests do with the op kind `setPreference`. */
import { type AllRows, count } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    const conversation = await team.newRoom(["ben"]);
    const effect = (rows: AllRows): number =>
      count(rows, "preferences", { user: team.ids.ben, conversation, starred: 1 });
    return team.call(team.ben, "SetPreference", { conversationId: conversation, starred: true }, effect);
  },
  habit: (me) =>
    me.inRoom((room) => {
      const [field, value] = me.random.pick([
        ["starred", "yes"],
        ["muted", "no"],
        ["level", "nothing"],
      ] as const);
      return { body: () => ({ kind: "setPreference", conversation: room, field, value }) };
    }),
};
