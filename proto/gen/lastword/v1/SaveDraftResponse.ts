// Original file: chat.proto

export interface SaveDraftResponseInput {
  cursor?: string;
}

export interface WireSaveDraftResponse {
  cursor: string;
}
