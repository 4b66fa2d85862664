// Original file: op.proto

export interface SaveInput {
  message?: string;
  on?: boolean;
}

export interface WireSave {
  message: string;
  on: boolean;
}
