// Original file: op.proto

export interface EndSessionInput {
  session?: string;
}

export interface WireEndSession {
  session: string;
}
