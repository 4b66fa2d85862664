// Original file: op.proto

export interface ReactInput {
  message?: string;
  emoji?: string;
  on?: boolean;
}

export interface WireReact {
  message: string;
  emoji: string;
  on: boolean;
}
