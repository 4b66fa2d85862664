// Original file: op.proto

export interface SetRoleInput {
  person?: string;
  role?: string;
}

export interface WireSetRole {
  person: string;
  role: string;
}
