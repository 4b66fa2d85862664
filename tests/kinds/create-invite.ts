/** What tests do with the op kind `createInvite`. */
import { inviteIdOf } from "../../src/chat/kinds/create-invite.ts";
import { OPERATOR } from "../../src/chat/kinds/roles.ts";
import { OPERATES } from "../simulation/residents.ts";
import { type AllRows, count, find } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    // No other link is valid for just as long.
    const seconds = 10_000 + team.number();
    const effect = (rows: AllRows): number =>
      find(rows, "invites", {})
        .filter((row) => Number(row["expires_micros"]) - Number(row["created_micros"]) === seconds * 1e6)
        .reduce((sum, { id }) => sum + count(rows, "audit", { action: "makeInvite", target: id }), 0);
    return team.call(team.ann, "CreateInvite", { seconds }, effect);
  },
  habit: (me) => {
    const rooms = me.house.rooms.slice(0, 1).map(({ id }) => id);
    const tokenHash = `invite ${me.random.hex16()}`;
    const asked = { role: me.random.pick(["member", "guest"] as const), rooms, usesMax: 1, seconds: 3_600 };
    if (asked.role === "guest" && rooms.length === 0) return null;
    const by = OPERATOR;
    return {
      ...OPERATES,
      done: (clientId) => {
        const id = inviteIdOf({ user: by, clientId }, { ...asked, tokenHash });
        me.house.addInvite({ id, role: asked.role, rooms, by });
      },
      body: () => ({ kind: "createInvite", tokenHash, ...asked }),
    };
  },
};
