/** What tests do with the op kind `drafts`. */
import { type AllRows, count, must } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    const body = team.fresh("half a thou");
    const { client, id } = await team.person();
    const effect = (rows: AllRows): number => count(rows, "drafts", { user: id, body });
    const conversationId = must(await client.send({ to: "ben", body: "first" })).message!.conversationId;
    return { ...team.call(client, "SaveDraft", { conversationId, body }, effect), clientId: null };
  },
  habit: "no request, and a replica gathers them as it gathers marks; drafts.test.ts has their merges",
};
