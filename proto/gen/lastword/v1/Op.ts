// Original file: op.proto

import type {
  OriginInput as _lastword_v1_OriginInput,
  WireOrigin as Wire_lastword_v1_Origin,
} from "../../lastword/v1/Origin.ts";
import type {
  RegisterInput as _lastword_v1_RegisterInput,
  WireRegister as Wire_lastword_v1_Register,
} from "../../lastword/v1/Register.ts";
import type {
  LoginInput as _lastword_v1_LoginInput,
  WireLogin as Wire_lastword_v1_Login,
} from "../../lastword/v1/Login.ts";
import type {
  EndSessionInput as _lastword_v1_EndSessionInput,
  WireEndSession as Wire_lastword_v1_EndSession,
} from "../../lastword/v1/EndSession.ts";
import type {
  ChangePasswordInput as _lastword_v1_ChangePasswordInput,
  WireChangePassword as Wire_lastword_v1_ChangePassword,
} from "../../lastword/v1/ChangePassword.ts";
import type {
  DeleteAccountInput as _lastword_v1_DeleteAccountInput,
  WireDeleteAccount as Wire_lastword_v1_DeleteAccount,
} from "../../lastword/v1/DeleteAccount.ts";
import type {
  SendMessageInput as _lastword_v1_SendMessageInput,
  WireSendMessage as Wire_lastword_v1_SendMessage,
} from "../../lastword/v1/SendMessage.ts";
import type {
  MarksInput as _lastword_v1_MarksInput,
  WireMarks as Wire_lastword_v1_Marks,
} from "../../lastword/v1/Marks.ts";
import type {
  DeleteMessagesInput as _lastword_v1_DeleteMessagesInput,
  WireDeleteMessages as Wire_lastword_v1_DeleteMessages,
} from "../../lastword/v1/DeleteMessages.ts";
import type {
  TouchInput as _lastword_v1_TouchInput,
  WireTouch as Wire_lastword_v1_Touch,
} from "../../lastword/v1/Touch.ts";
import type {
  EndOtherSessionsInput as _lastword_v1_EndOtherSessionsInput,
  WireEndOtherSessions as Wire_lastword_v1_EndOtherSessions,
} from "../../lastword/v1/EndOtherSessions.ts";
import type {
  EnableInput as _lastword_v1_EnableInput,
  WireEnable as Wire_lastword_v1_Enable,
} from "../../lastword/v1/Enable.ts";
import type { Long } from "@grpc/proto-loader";

export interface OpInput {
  format?: number;
  user?: string;
  clientId?: string;
  timeMicros?: number | string | Long;
  origin?: _lastword_v1_OriginInput | null;
  recovered?: boolean;
  checksum?: number | string | Long;
  register?: _lastword_v1_RegisterInput | null;
  login?: _lastword_v1_LoginInput | null;
  endSession?: _lastword_v1_EndSessionInput | null;
  changePassword?: _lastword_v1_ChangePasswordInput | null;
  deleteAccount?: _lastword_v1_DeleteAccountInput | null;
  sendMessage?: _lastword_v1_SendMessageInput | null;
  marks?: _lastword_v1_MarksInput | null;
  deleteMessages?: _lastword_v1_DeleteMessagesInput | null;
  touch?: _lastword_v1_TouchInput | null;
  endOtherSessions?: _lastword_v1_EndOtherSessionsInput | null;
  enable?: _lastword_v1_EnableInput | null;
  payload?:
    | "register"
    | "login"
    | "endSession"
    | "changePassword"
    | "deleteAccount"
    | "sendMessage"
    | "marks"
    | "deleteMessages"
    | "touch"
    | "endOtherSessions"
    | "enable";
}

export interface WireOp {
  format: number;
  user: string;
  clientId: string;
  timeMicros: number;
  origin: Wire_lastword_v1_Origin | null;
  recovered: boolean;
  checksum: number;
  register?: Wire_lastword_v1_Register | null;
  login?: Wire_lastword_v1_Login | null;
  endSession?: Wire_lastword_v1_EndSession | null;
  changePassword?: Wire_lastword_v1_ChangePassword | null;
  deleteAccount?: Wire_lastword_v1_DeleteAccount | null;
  sendMessage?: Wire_lastword_v1_SendMessage | null;
  marks?: Wire_lastword_v1_Marks | null;
  deleteMessages?: Wire_lastword_v1_DeleteMessages | null;
  touch?: Wire_lastword_v1_Touch | null;
  endOtherSessions?: Wire_lastword_v1_EndOtherSessions | null;
  enable?: Wire_lastword_v1_Enable | null;
  payload?:
    | "register"
    | "login"
    | "endSession"
    | "changePassword"
    | "deleteAccount"
    | "sendMessage"
    | "marks"
    | "deleteMessages"
    | "touch"
    | "endOtherSessions"
    | "enable";
}
