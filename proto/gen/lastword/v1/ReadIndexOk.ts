// Original file: peer.proto

import type { Long } from "@grpc/proto-loader";

export interface ReadIndexOkInput {
  id?: number | string | Long;
  seq?: number | string | Long;
}

export interface WireReadIndexOk {
  id: number;
  seq: number;
}
