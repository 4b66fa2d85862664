// Original file: chat.proto

import type {
  SendResultInput as _lastword_v1_SendResultInput,
  WireSendResult as Wire_lastword_v1_SendResult,
} from "../../lastword/v1/SendResult.ts";

export interface SendStreamResponseInput {
  results?: _lastword_v1_SendResultInput[];
}

export interface WireSendStreamResponse {
  results: Wire_lastword_v1_SendResult[];
}
