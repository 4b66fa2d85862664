// Original file: chat.proto

export interface MentionInput {
  userId?: string;
  text?: string;
  name?: string;
  silent?: boolean;
  outside?: boolean;
  displayName?: string;
}

export interface WireMention {
  userId: string;
  text: string;
  name: string;
  silent: boolean;
  outside: boolean;
  displayName: string;
}
