// Original file: chat.proto

export interface DeleteMessagesRequestInput {
  messageIds?: string[];
  clientId?: string;
  forEveryone?: boolean;
}

export interface WireDeleteMessagesRequest {
  messageIds: string[];
  clientId: string;
  forEveryone: boolean;
}
