// Original file: chat.proto

export const ReadMode = {
  READ_MODE_LOCAL: 0,
  READ_MODE_LATEST: 1,
} as const;

export type ReadModeInput = "READ_MODE_LOCAL" | 0 | "READ_MODE_LATEST" | 1;

export type WireReadMode = (typeof ReadMode)[keyof typeof ReadMode];
