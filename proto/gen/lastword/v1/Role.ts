// Original file: peer.proto

export const Role = {
  ROLE_UNSPECIFIED: 0,
  ROLE_LEADER: 1,
  ROLE_FOLLOWER: 2,
  ROLE_LEARNER: 3,
  ROLE_RECOVERING: 4,
} as const;

export type RoleInput =
  "ROLE_UNSPECIFIED" | 0 | "ROLE_LEADER" | 1 | "ROLE_FOLLOWER" | 2 | "ROLE_LEARNER" | 3 | "ROLE_RECOVERING" | 4;

export type WireRole = (typeof Role)[keyof typeof Role];
