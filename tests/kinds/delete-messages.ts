/** What tests do with the op kind `deleteMessages`. */
import { type AllRows, count } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    const { seq, id } = await team.said();
    const effect = (rows: AllRows): number => count(rows, "messages", { seq, deleted: 1, body: "" });
    return team.call(team.ann, "DeleteMessages", { messageIds: [id] }, effect);
  },
  habit: (me) =>
    me.onMessage(({ id, author }) => {
      const isOwn = me.random.chance(0.5);
      const body = { kind: "deleteMessages", ids: [id], forEveryone: !isOwn && me.random.chance(0.7) } as const;
      const isGone = isOwn || body.forEveryone;
      return {
        ...(isOwn ? { user: () => author } : {}),
        done: () => isGone && me.house.gone.add(id),
        body: () => body,
      };
    }),
};
