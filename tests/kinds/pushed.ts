/** What tests do with the op kind `pushed`. */
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: "no client asks for it; push.test.ts kills the replica that pushes",
  habit: "only the leader does, and what a merge brings of it has no effect (push.test.ts)",
};
