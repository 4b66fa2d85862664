// Original file: ../node_modules/@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto

export interface ExtensionNumberResponseInput {
  baseTypeName?: string;
  extensionNumber?: number[];
}

export interface WireExtensionNumberResponse {
  baseTypeName: string;
  extensionNumber: number[];
}
