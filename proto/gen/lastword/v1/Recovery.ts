// Original file: peer.proto

export const Recovery = {
  RECOVERY_UNSPECIFIED: 0,
  RECOVERY_WAIT: 1,
  RECOVERY_MAJORITY: 2,
  RECOVERY_ANY: 3,
} as const;

export type RecoveryInput =
  "RECOVERY_UNSPECIFIED" | 0 | "RECOVERY_WAIT" | 1 | "RECOVERY_MAJORITY" | 2 | "RECOVERY_ANY" | 3;

export type WireRecovery = (typeof Recovery)[keyof typeof Recovery];
