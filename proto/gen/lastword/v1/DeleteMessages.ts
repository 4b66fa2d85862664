// Original file: op.proto

export interface DeleteMessagesInput {
  ids?: string[];
  forEveryone?: boolean;
}

export interface WireDeleteMessages {
  ids: string[];
  forEveryone: boolean;
}
