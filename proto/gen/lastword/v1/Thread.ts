// Original file: chat.proto

import type {
  MessageInput as _lastword_v1_MessageInput,
  WireMessage as Wire_lastword_v1_Message,
} from "../../lastword/v1/Message.ts";

export interface ThreadInput {
  parentId?: string;
  root?: _lastword_v1_MessageInput | null;
  followed?: boolean;
}

export interface WireThread {
  parentId: string;
  root: Wire_lastword_v1_Message | null;
  followed: boolean;
}
