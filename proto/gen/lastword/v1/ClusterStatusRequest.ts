// Original file: chat.proto

export interface ClusterStatusRequestInput {}

export interface WireClusterStatusRequest {}
