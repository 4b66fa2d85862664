// Original file: op.proto

import type {
  MentionedInput as _lastword_v1_MentionedInput,
  WireMentioned as Wire_lastword_v1_Mentioned,
} from "../../lastword/v1/Mentioned.ts";

export interface EditMessageInput {
  message?: string;
  body?: string;
  mentions?: _lastword_v1_MentionedInput[];
}

export interface WireEditMessage {
  message: string;
  body: string;
  mentions: Wire_lastword_v1_Mentioned[];
}
