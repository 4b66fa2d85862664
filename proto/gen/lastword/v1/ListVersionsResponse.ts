// Original file: chat.proto

import type { Long } from "@grpc/proto-loader";

export interface _lastword_v1_ListVersionsResponse_VersionInput {
  body?: string;
  timeMicros?: number | string | Long;
}

export interface Wire_lastword_v1_ListVersionsResponse_Version {
  body: string;
  timeMicros: number;
}

export interface ListVersionsResponseInput {
  cursor?: string;
  versions?: _lastword_v1_ListVersionsResponse_VersionInput[];
}

export interface WireListVersionsResponse {
  cursor: string;
  versions: Wire_lastword_v1_ListVersionsResponse_Version[];
}
