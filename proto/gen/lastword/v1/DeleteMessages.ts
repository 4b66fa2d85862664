// Original file: op.proto

export interface DeleteMessagesInput {
  ids?: string[];
}

export interface WireDeleteMessages {
  ids: string[];
}
