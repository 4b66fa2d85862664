// Original file: op.proto

export interface ProfileNameInput {
  text?: string;
  folded?: string;
  skeleton?: string;
}

export interface WireProfileName {
  text: string;
  folded: string;
  skeleton: string;
}
