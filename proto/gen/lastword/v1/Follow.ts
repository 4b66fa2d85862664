// Original file: op.proto

export interface FollowInput {
  thread?: string;
  on?: boolean;
}

export interface WireFollow {
  thread: string;
  on: boolean;
}
