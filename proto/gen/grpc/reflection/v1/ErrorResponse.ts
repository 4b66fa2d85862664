// Original file: ../node_modules/@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto

export interface ErrorResponseInput {
  errorCode?: number;
  errorMessage?: string;
}

export interface WireErrorResponse {
  errorCode: number;
  errorMessage: string;
}
