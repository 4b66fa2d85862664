// Original file: chat.proto

import type { Long } from "@grpc/proto-loader";

export interface _lastword_v1_SendResult_FailureInput {
  code?: string;
  definite?: boolean;
  sentence?: string;
  retryAfterMs?: number;
}

export interface Wire_lastword_v1_SendResult_Failure {
  code: string;
  definite: boolean;
  sentence: string;
  retryAfterMs: number;
}

export interface SendResultInput {
  clientId?: string;
  messageId?: string;
  conversationId?: string;
  seq?: number | string | Long;
  timeMicros?: number | string | Long;
  cursor?: string;
  failure?: _lastword_v1_SendResult_FailureInput | null;
}

export interface WireSendResult {
  clientId: string;
  messageId: string;
  conversationId: string;
  seq: number;
  timeMicros: number;
  cursor: string;
  failure: Wire_lastword_v1_SendResult_Failure | null;
}
