// Original file: chat.proto

export interface SetActiveRequestInput {
  person?: string;
  active?: boolean;
  clientId?: string;
}

export interface WireSetActiveRequest {
  person: string;
  active: boolean;
  clientId: string;
}
