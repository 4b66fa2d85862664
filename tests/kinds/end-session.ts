/** What tests do with the op kind `endSession`. */
import { type AllRows, count, must, PASSWORD } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    const { client, id, name } = await team.person();
    const other = team.client();
    must(await other.login(name, PASSWORD));
    const { sessions } = must(await client.call("ListSessions", {}));
    const { id: sessionId } = sessions.find(({ current }) => !current)!;
    const effect = (rows: AllRows): number => 2 - count(rows, "sessions", { user: id });
    return team.call(client, "EndSession", { sessionId }, effect);
  },
  habit: (me) => ({ body: () => ({ kind: "endSession", session: me.session }) }),
};
