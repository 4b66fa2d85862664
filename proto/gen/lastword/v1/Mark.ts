// Original file: op.proto

export interface MarkInput {
  user?: string;
  session?: string;
  upTo?: string;
  ids?: string[];
  seen?: string;
  _upTo?: "upTo";
}

export interface WireMark {
  user: string;
  session: string;
  upTo?: string;
  ids: string[];
  seen: string;
  _upTo?: "upTo";
}
