// Original file: op.proto

export interface EditMessageInput {
  message?: string;
  body?: string;
}

export interface WireEditMessage {
  message: string;
  body: string;
}
