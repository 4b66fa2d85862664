// Original file: op.proto

export interface SetPrivateInput {
  room?: string;
  isPrivate?: boolean;
  seen?: string;
}

export interface WireSetPrivate {
  room: string;
  isPrivate: boolean;
  seen: string;
}
