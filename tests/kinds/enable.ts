/** What tests do with the op kind `enable`. */
import type { KindInTests } from "./kind-in-tests.ts";

export const inTests: KindInTests = {
  act: "the leader's format gate proposes it (format-gate.ts), until it is in force",
  habit: "the format gate does",
};
