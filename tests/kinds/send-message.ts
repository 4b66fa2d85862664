/** What tests do with the op kind `sendMessage`. */
import { count } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    const body = team.fresh("said");
    return team.call(team.ann, "SendMessage", { conversationId: team.room, body, to: "" }, (rows) =>
      count(rows, "messages", { body }),
    );
  },
  habit: (me) => me.says(),
};
