// Original file: op.proto

export interface SetPreferenceInput {
  conversation?: string;
  field?: string;
  value?: string;
}

export interface WireSetPreference {
  conversation: string;
  field: string;
  value: string;
}
