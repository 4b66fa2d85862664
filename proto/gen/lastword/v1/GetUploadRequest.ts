// Original file: chat.proto

export interface GetUploadRequestInput {
  uploadId?: string;
}

export interface WireGetUploadRequest {
  uploadId: string;
}
