// Original file: chat.proto

import type {
  SendMessageRequestInput as _lastword_v1_SendMessageRequestInput,
  WireSendMessageRequest as Wire_lastword_v1_SendMessageRequest,
} from "../../lastword/v1/SendMessageRequest.ts";

export interface SendStreamRequestInput {
  items?: _lastword_v1_SendMessageRequestInput[];
}

export interface WireSendStreamRequest {
  items: Wire_lastword_v1_SendMessageRequest[];
}
