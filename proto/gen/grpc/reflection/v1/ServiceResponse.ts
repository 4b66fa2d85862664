// Original file: ../node_modules/@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto

export interface ServiceResponseInput {
  name?: string;
}

export interface WireServiceResponse {
  name: string;
}
