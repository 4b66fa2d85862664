/** What tests do with the op kind `endOtherSessions`. */
import { waitFor } from "../../harness/cluster.ts";
import { WebPerson } from "../../harness/web-person.ts";
import { count, find, PATIENCE } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    const person = new WebPerson(team.fresh("web"));
    const home = team.cluster.web(0);
    await person.register(home);
    await person.copy().logIn(home);
    return {
      clientId: null,
      // As the page does, until a replica can do it.
      ask: (replicas) => {
        let tries = 0;
        return waitFor(
          "the other sessions to be ended",
          async () => {
            const by = replicas[tries++ % replicas.length]!;
            const how = { form: {}, timeoutMs: PATIENCE.attemptMs };
            const answer = await person.ask(team.cluster.web(by), "/account/other-sessions/end", how).catch(() => null);
            if (answer === null || answer.status >= 500) return null;
            return answer.ok ? { by } : { refused: String(answer.status) };
          },
          PATIENCE.deadlineMs,
        );
      },
      effect: (rows) => {
        const [user] = find(rows, "users", { name: person.name });
        return 2 - count(rows, "sessions", { user: user!["id"] });
      },
    };
  },
  habit: (me) => ({ body: () => ({ kind: "endOtherSessions", keepSession: me.session }) }),
};
