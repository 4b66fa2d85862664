// Original file: ../node_modules/grpc-health-check/proto/health/v1/health.proto

export interface HealthCheckRequestInput {
  service?: string;
}

export interface WireHealthCheckRequest {
  service: string;
}
