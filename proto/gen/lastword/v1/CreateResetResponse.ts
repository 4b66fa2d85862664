// Original file: chat.proto

import type { UserInput as _lastword_v1_UserInput, WireUser as Wire_lastword_v1_User } from "../../lastword/v1/User.ts";
import type { Long } from "@grpc/proto-loader";

export interface CreateResetResponseInput {
  cursor?: string;
  user?: _lastword_v1_UserInput | null;
  token?: string;
  expiresMicros?: number | string | Long;
}

export interface WireCreateResetResponse {
  cursor: string;
  user: Wire_lastword_v1_User | null;
  token: string;
  expiresMicros: number;
}
