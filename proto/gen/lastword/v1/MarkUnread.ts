// Original file: op.proto

export interface MarkUnreadInput {
  message?: string;
}

export interface WireMarkUnread {
  message: string;
}
