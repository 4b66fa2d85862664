// Original file: ../node_modules/@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto

export interface ExtensionRequestInput {
  containingType?: string;
  extensionNumber?: number;
}

export interface WireExtensionRequest {
  containingType: string;
  extensionNumber: number;
}
