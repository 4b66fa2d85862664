// Original file: ../node_modules/grpc-health-check/proto/health/v1/health.proto

export interface HealthListRequestInput {}

export interface WireHealthListRequest {}
