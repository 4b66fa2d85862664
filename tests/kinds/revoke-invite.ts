/** What tests do with the op kind `revokeInvite`. */
import { OPERATES } from "../simulation/residents.ts";
import { type AllRows, count, must, uuid } from "../support/acting.ts";
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: async (team) => {
    const { invite } = must(await team.ann.call("CreateInvite", { clientId: uuid() }));
    const { id } = invite!;
    const effect = (rows: AllRows): number => count(rows, "audit", { action: "revokeInvite", target: id });
    return team.call(team.ann, "RevokeInvite", { id }, effect);
  },
  habit: (me) => {
    const invite = me.pick(me.house.invites)?.id;
    if (invite === undefined) return null;
    return {
      ...OPERATES,
      done: () => me.house.revoked.add(invite),
      body: (at) => ({ kind: "revokeInvite", invite, used: me.house.usersOf(at, invite) }),
    };
  },
};
