// Original file: ../node_modules/@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto

import type {
  ServiceResponseInput as _grpc_reflection_v1_ServiceResponseInput,
  WireServiceResponse as Wire_grpc_reflection_v1_ServiceResponse,
} from "../../../grpc/reflection/v1/ServiceResponse.ts";

export interface ListServiceResponseInput {
  service?: _grpc_reflection_v1_ServiceResponseInput[];
}

export interface WireListServiceResponse {
  service: Wire_grpc_reflection_v1_ServiceResponse[];
}
