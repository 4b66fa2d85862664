// Original file: op.proto

export interface MentionedInput {
  user?: string;
  name?: string;
  silent?: boolean;
}

export interface WireMentioned {
  user: string;
  name: string;
  silent: boolean;
}
