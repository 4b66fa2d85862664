// Original file: chat.proto

import type { FileInput as _lastword_v1_FileInput, WireFile as Wire_lastword_v1_File } from "../../lastword/v1/File.ts";

export interface PutFileResponseInput {
  cursor?: string;
  ticket?: string;
  file?: _lastword_v1_FileInput | null;
}

export interface WirePutFileResponse {
  cursor: string;
  ticket: string;
  file: Wire_lastword_v1_File | null;
}
