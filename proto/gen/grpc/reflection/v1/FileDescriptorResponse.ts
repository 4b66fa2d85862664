// Original file: ../node_modules/@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto

export interface FileDescriptorResponseInput {
  fileDescriptorProto?: (Buffer | Uint8Array | string)[];
}

export interface WireFileDescriptorResponse {
  fileDescriptorProto: Buffer[];
}
