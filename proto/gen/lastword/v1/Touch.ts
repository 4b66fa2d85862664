// Original file: op.proto

export interface TouchInput {
  session?: string;
}

export interface WireTouch {
  session: string;
}
