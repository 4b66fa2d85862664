// Original file: op.proto

export interface SetPrivateInput {
  room?: string;
  isPrivate?: boolean;
  seen?: string;
  joined?: string[];
}

export interface WireSetPrivate {
  room: string;
  isPrivate: boolean;
  seen: string;
  joined: string[];
}
