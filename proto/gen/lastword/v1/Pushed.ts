// Original file: op.proto

import type { Long } from "@grpc/proto-loader";

export interface _lastword_v1_Pushed_ResultInput {
  user?: string;
  id?: string;
  tag?: string;
  pending?: number | string | Long;
  outcome?: string;
  gone?: boolean;
}

export interface Wire_lastword_v1_Pushed_Result {
  user: string;
  id: string;
  tag: string;
  pending: number;
  outcome: string;
  gone: boolean;
}

export interface PushedInput {
  upTo?: number | string | Long;
  results?: _lastword_v1_Pushed_ResultInput[];
}

export interface WirePushed {
  upTo: number;
  results: Wire_lastword_v1_Pushed_Result[];
}
