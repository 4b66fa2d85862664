/** A chat in which nobody can upload a file. */
import type { Files } from "../../src/chat/files.ts";

export const NO_FILES: Files = {
  append: async () => ({ size: 0 }),
  sizeOf: () => 0,
  finish: async () => "unknown",
  drop: () => undefined,
  content: async () => null,
  kept: async () => ({ text: "Nobody has this file.", isFull: false }),
};
