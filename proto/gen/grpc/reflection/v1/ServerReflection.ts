// Original file: ../node_modules/@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto

import type * as grpc from "@grpc/grpc-js";
import type { MethodDefinition } from "@grpc/proto-loader";
import type {
  ServerReflectionRequestInput as _grpc_reflection_v1_ServerReflectionRequestInput,
  WireServerReflectionRequest as Wire_grpc_reflection_v1_ServerReflectionRequest,
} from "../../../grpc/reflection/v1/ServerReflectionRequest.ts";
import type {
  ServerReflectionResponseInput as _grpc_reflection_v1_ServerReflectionResponseInput,
  WireServerReflectionResponse as Wire_grpc_reflection_v1_ServerReflectionResponse,
} from "../../../grpc/reflection/v1/ServerReflectionResponse.ts";

export interface ServerReflectionClient extends grpc.Client {
  ServerReflectionInfo(
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientDuplexStream<
    _grpc_reflection_v1_ServerReflectionRequestInput,
    Wire_grpc_reflection_v1_ServerReflectionResponse
  >;
  ServerReflectionInfo(
    options?: grpc.CallOptions,
  ): grpc.ClientDuplexStream<
    _grpc_reflection_v1_ServerReflectionRequestInput,
    Wire_grpc_reflection_v1_ServerReflectionResponse
  >;
  serverReflectionInfo(
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientDuplexStream<
    _grpc_reflection_v1_ServerReflectionRequestInput,
    Wire_grpc_reflection_v1_ServerReflectionResponse
  >;
  serverReflectionInfo(
    options?: grpc.CallOptions,
  ): grpc.ClientDuplexStream<
    _grpc_reflection_v1_ServerReflectionRequestInput,
    Wire_grpc_reflection_v1_ServerReflectionResponse
  >;
}

export interface ServerReflectionHandlers extends grpc.UntypedServiceImplementation {
  ServerReflectionInfo: grpc.handleBidiStreamingCall<
    Wire_grpc_reflection_v1_ServerReflectionRequest,
    _grpc_reflection_v1_ServerReflectionResponseInput
  >;
}

export interface ServerReflectionDefinition extends grpc.ServiceDefinition {
  ServerReflectionInfo: MethodDefinition<
    _grpc_reflection_v1_ServerReflectionRequestInput,
    _grpc_reflection_v1_ServerReflectionResponseInput,
    Wire_grpc_reflection_v1_ServerReflectionRequest,
    Wire_grpc_reflection_v1_ServerReflectionResponse
  >;
}
