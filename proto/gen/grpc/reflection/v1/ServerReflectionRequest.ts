// Original file: ../node_modules/@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto

import type {
  ExtensionRequestInput as _grpc_reflection_v1_ExtensionRequestInput,
  WireExtensionRequest as Wire_grpc_reflection_v1_ExtensionRequest,
} from "../../../grpc/reflection/v1/ExtensionRequest.ts";

export interface ServerReflectionRequestInput {
  host?: string;
  fileByFilename?: string;
  fileContainingSymbol?: string;
  fileContainingExtension?: _grpc_reflection_v1_ExtensionRequestInput | null;
  allExtensionNumbersOfType?: string;
  listServices?: string;
  messageRequest?:
    | "fileByFilename"
    | "fileContainingSymbol"
    | "fileContainingExtension"
    | "allExtensionNumbersOfType"
    | "listServices";
}

export interface WireServerReflectionRequest {
  host: string;
  fileByFilename?: string;
  fileContainingSymbol?: string;
  fileContainingExtension?: Wire_grpc_reflection_v1_ExtensionRequest | null;
  allExtensionNumbersOfType?: string;
  listServices?: string;
  messageRequest?:
    | "fileByFilename"
    | "fileContainingSymbol"
    | "fileContainingExtension"
    | "allExtensionNumbersOfType"
    | "listServices";
}
