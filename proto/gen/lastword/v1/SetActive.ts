// Original file: op.proto

export interface SetActiveInput {
  person?: string;
  active?: boolean;
  seen?: string;
}

export interface WireSetActive {
  person: string;
  active: boolean;
  seen: string;
}
