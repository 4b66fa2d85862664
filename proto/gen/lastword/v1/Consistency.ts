// Original file: peer.proto

export const Consistency = {
  CONSISTENCY_UNSPECIFIED: 0,
  CONSISTENCY_AVAILABLE: 1,
  CONSISTENCY_STRICT: 2,
} as const;

export type ConsistencyInput = "CONSISTENCY_UNSPECIFIED" | 0 | "CONSISTENCY_AVAILABLE" | 1 | "CONSISTENCY_STRICT" | 2;

export type WireConsistency = (typeof Consistency)[keyof typeof Consistency];
