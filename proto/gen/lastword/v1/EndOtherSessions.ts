// Original file: op.proto

export interface EndOtherSessionsInput {
  keepSession?: string;
}

export interface WireEndOtherSessions {
  keepSession: string;
}
