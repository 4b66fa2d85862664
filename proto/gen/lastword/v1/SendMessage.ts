// Original file: op.proto

import type {
  MentionedInput as _lastword_v1_MentionedInput,
  WireMentioned as Wire_lastword_v1_Mentioned,
} from "../../lastword/v1/Mentioned.ts";
import type {
  CarriedFileInput as _lastword_v1_CarriedFileInput,
  WireCarriedFile as Wire_lastword_v1_CarriedFile,
} from "../../lastword/v1/CarriedFile.ts";

export interface SendMessageInput {
  conversation?: string;
  body?: string;
  readUpTo?: string;
  parent?: string;
  mentions?: _lastword_v1_MentionedInput[];
  quoted?: string;
  people?: string[];
  keepsDraft?: boolean;
  files?: _lastword_v1_CarriedFileInput[];
}

export interface WireSendMessage {
  conversation: string;
  body: string;
  readUpTo: string;
  parent: string;
  mentions: Wire_lastword_v1_Mentioned[];
  quoted: string;
  people: string[];
  keepsDraft: boolean;
  files: Wire_lastword_v1_CarriedFile[];
}
