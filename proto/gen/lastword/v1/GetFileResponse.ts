// Original file: chat.proto

import type { FileInput as _lastword_v1_FileInput, WireFile as Wire_lastword_v1_File } from "../../lastword/v1/File.ts";

export interface GetFileResponseInput {
  cursor?: string;
  file?: _lastword_v1_FileInput | null;
  data?: Buffer | Uint8Array | string;
}

export interface WireGetFileResponse {
  cursor: string;
  file: Wire_lastword_v1_File | null;
  data: Buffer;
}
