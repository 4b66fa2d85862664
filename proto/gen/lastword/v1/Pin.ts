// Original file: op.proto

export interface PinInput {
  message?: string;
  on?: boolean;
}

export interface WirePin {
  message: string;
  on: boolean;
}
