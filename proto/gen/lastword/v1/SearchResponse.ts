// Original file: chat.proto

import type {
  SearchHitInput as _lastword_v1_SearchHitInput,
  WireSearchHit as Wire_lastword_v1_SearchHit,
} from "../../lastword/v1/SearchHit.ts";
import type { Long } from "@grpc/proto-loader";

export interface SearchResponseInput {
  cursor?: string;
  hits?: _lastword_v1_SearchHitInput[];
  next?: number | string | Long;
  cut?: boolean;
  percent?: number;
}

export interface WireSearchResponse {
  cursor: string;
  hits: Wire_lastword_v1_SearchHit[];
  next: number;
  cut: boolean;
  percent: number;
}
