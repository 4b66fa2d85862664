/** What tests do with the op kind `touch`. */
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: "a replica notes by itself that somebody was here; it is idempotent, and nobody waits for it",
  habit: (me) => ({ body: () => ({ kind: "touch", session: me.session }) }),
};
