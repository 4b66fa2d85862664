// Original file: ../node_modules/grpc-health-check/proto/health/v1/health.proto

import type {
  HealthCheckResponseInput as _grpc_health_v1_HealthCheckResponseInput,
  WireHealthCheckResponse as Wire_grpc_health_v1_HealthCheckResponse,
} from "../../../grpc/health/v1/HealthCheckResponse.ts";

export interface HealthListResponseInput {
  statuses?: { [key: string]: _grpc_health_v1_HealthCheckResponseInput };
}

export interface WireHealthListResponse {
  statuses: { [key: string]: Wire_grpc_health_v1_HealthCheckResponse };
}
