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
import type {
  CreateRoomInput as _lastword_v1_CreateRoomInput,
  WireCreateRoom as Wire_lastword_v1_CreateRoom,
} from "../../lastword/v1/CreateRoom.ts";
import type {
  RenameRoomInput as _lastword_v1_RenameRoomInput,
  WireRenameRoom as Wire_lastword_v1_RenameRoom,
} from "../../lastword/v1/RenameRoom.ts";
import type {
  SetTopicInput as _lastword_v1_SetTopicInput,
  WireSetTopic as Wire_lastword_v1_SetTopic,
} from "../../lastword/v1/SetTopic.ts";
import type {
  SetPrivateInput as _lastword_v1_SetPrivateInput,
  WireSetPrivate as Wire_lastword_v1_SetPrivate,
} from "../../lastword/v1/SetPrivate.ts";
import type {
  ArchiveRoomInput as _lastword_v1_ArchiveRoomInput,
  WireArchiveRoom as Wire_lastword_v1_ArchiveRoom,
} from "../../lastword/v1/ArchiveRoom.ts";
import type {
  SeatPeopleInput as _lastword_v1_SeatPeopleInput,
  WireSeatPeople as Wire_lastword_v1_SeatPeople,
} from "../../lastword/v1/SeatPeople.ts";
import type { BanInput as _lastword_v1_BanInput, WireBan as Wire_lastword_v1_Ban } from "../../lastword/v1/Ban.ts";
import type {
  SetRoomRoleInput as _lastword_v1_SetRoomRoleInput,
  WireSetRoomRole as Wire_lastword_v1_SetRoomRole,
} from "../../lastword/v1/SetRoomRole.ts";
import type {
  SetRoleInput as _lastword_v1_SetRoleInput,
  WireSetRole as Wire_lastword_v1_SetRole,
} from "../../lastword/v1/SetRole.ts";
import type {
  ReactInput as _lastword_v1_ReactInput,
  WireReact as Wire_lastword_v1_React,
} from "../../lastword/v1/React.ts";
import type {
  EditMessageInput as _lastword_v1_EditMessageInput,
  WireEditMessage as Wire_lastword_v1_EditMessage,
} from "../../lastword/v1/EditMessage.ts";
import type {
  SetPreferenceInput as _lastword_v1_SetPreferenceInput,
  WireSetPreference as Wire_lastword_v1_SetPreference,
} from "../../lastword/v1/SetPreference.ts";
import type {
  FollowInput as _lastword_v1_FollowInput,
  WireFollow as Wire_lastword_v1_Follow,
} from "../../lastword/v1/Follow.ts";
import type {
  CreateInviteInput as _lastword_v1_CreateInviteInput,
  WireCreateInvite as Wire_lastword_v1_CreateInvite,
} from "../../lastword/v1/CreateInvite.ts";
import type {
  RevokeInviteInput as _lastword_v1_RevokeInviteInput,
  WireRevokeInvite as Wire_lastword_v1_RevokeInvite,
} from "../../lastword/v1/RevokeInvite.ts";
import type {
  CreateResetInput as _lastword_v1_CreateResetInput,
  WireCreateReset as Wire_lastword_v1_CreateReset,
} from "../../lastword/v1/CreateReset.ts";
import type {
  ResetPasswordInput as _lastword_v1_ResetPasswordInput,
  WireResetPassword as Wire_lastword_v1_ResetPassword,
} from "../../lastword/v1/ResetPassword.ts";
import type {
  SetActiveInput as _lastword_v1_SetActiveInput,
  WireSetActive as Wire_lastword_v1_SetActive,
} from "../../lastword/v1/SetActive.ts";
import type {
  NameGroupInput as _lastword_v1_NameGroupInput,
  WireNameGroup as Wire_lastword_v1_NameGroup,
} from "../../lastword/v1/NameGroup.ts";
import type {
  SetPostingInput as _lastword_v1_SetPostingInput,
  WireSetPosting as Wire_lastword_v1_SetPosting,
} from "../../lastword/v1/SetPosting.ts";
import type {
  SetProfileInput as _lastword_v1_SetProfileInput,
  WireSetProfile as Wire_lastword_v1_SetProfile,
} from "../../lastword/v1/SetProfile.ts";
import type { PinInput as _lastword_v1_PinInput, WirePin as Wire_lastword_v1_Pin } from "../../lastword/v1/Pin.ts";
import type { SaveInput as _lastword_v1_SaveInput, WireSave as Wire_lastword_v1_Save } from "../../lastword/v1/Save.ts";
import type {
  MarkUnreadInput as _lastword_v1_MarkUnreadInput,
  WireMarkUnread as Wire_lastword_v1_MarkUnread,
} from "../../lastword/v1/MarkUnread.ts";
import type {
  ReportInput as _lastword_v1_ReportInput,
  WireReport as Wire_lastword_v1_Report,
} from "../../lastword/v1/Report.ts";
import type {
  SettleReportInput as _lastword_v1_SettleReportInput,
  WireSettleReport as Wire_lastword_v1_SettleReport,
} from "../../lastword/v1/SettleReport.ts";
import type {
  DraftsInput as _lastword_v1_DraftsInput,
  WireDrafts as Wire_lastword_v1_Drafts,
} from "../../lastword/v1/Drafts.ts";
import type {
  SubscribePushInput as _lastword_v1_SubscribePushInput,
  WireSubscribePush as Wire_lastword_v1_SubscribePush,
} from "../../lastword/v1/SubscribePush.ts";
import type {
  UnsubscribePushInput as _lastword_v1_UnsubscribePushInput,
  WireUnsubscribePush as Wire_lastword_v1_UnsubscribePush,
} from "../../lastword/v1/UnsubscribePush.ts";
import type {
  PushedInput as _lastword_v1_PushedInput,
  WirePushed as Wire_lastword_v1_Pushed,
} from "../../lastword/v1/Pushed.ts";
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
  createRoom?: _lastword_v1_CreateRoomInput | null;
  renameRoom?: _lastword_v1_RenameRoomInput | null;
  setTopic?: _lastword_v1_SetTopicInput | null;
  setPrivate?: _lastword_v1_SetPrivateInput | null;
  archiveRoom?: _lastword_v1_ArchiveRoomInput | null;
  seatPeople?: _lastword_v1_SeatPeopleInput | null;
  ban?: _lastword_v1_BanInput | null;
  setRoomRole?: _lastword_v1_SetRoomRoleInput | null;
  setRole?: _lastword_v1_SetRoleInput | null;
  react?: _lastword_v1_ReactInput | null;
  editMessage?: _lastword_v1_EditMessageInput | null;
  setPreference?: _lastword_v1_SetPreferenceInput | null;
  follow?: _lastword_v1_FollowInput | null;
  createInvite?: _lastword_v1_CreateInviteInput | null;
  revokeInvite?: _lastword_v1_RevokeInviteInput | null;
  createReset?: _lastword_v1_CreateResetInput | null;
  resetPassword?: _lastword_v1_ResetPasswordInput | null;
  setActive?: _lastword_v1_SetActiveInput | null;
  nameGroup?: _lastword_v1_NameGroupInput | null;
  setPosting?: _lastword_v1_SetPostingInput | null;
  setProfile?: _lastword_v1_SetProfileInput | null;
  pin?: _lastword_v1_PinInput | null;
  save?: _lastword_v1_SaveInput | null;
  markUnread?: _lastword_v1_MarkUnreadInput | null;
  report?: _lastword_v1_ReportInput | null;
  settleReport?: _lastword_v1_SettleReportInput | null;
  drafts?: _lastword_v1_DraftsInput | null;
  subscribePush?: _lastword_v1_SubscribePushInput | null;
  unsubscribePush?: _lastword_v1_UnsubscribePushInput | null;
  pushed?: _lastword_v1_PushedInput | null;
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
    | "enable"
    | "createRoom"
    | "renameRoom"
    | "setTopic"
    | "setPrivate"
    | "archiveRoom"
    | "seatPeople"
    | "ban"
    | "setRoomRole"
    | "setRole"
    | "react"
    | "editMessage"
    | "setPreference"
    | "follow"
    | "createInvite"
    | "revokeInvite"
    | "createReset"
    | "resetPassword"
    | "setActive"
    | "nameGroup"
    | "setPosting"
    | "setProfile"
    | "report"
    | "settleReport"
    | "pin"
    | "save"
    | "markUnread"
    | "drafts"
    | "subscribePush"
    | "unsubscribePush"
    | "pushed";
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
  createRoom?: Wire_lastword_v1_CreateRoom | null;
  renameRoom?: Wire_lastword_v1_RenameRoom | null;
  setTopic?: Wire_lastword_v1_SetTopic | null;
  setPrivate?: Wire_lastword_v1_SetPrivate | null;
  archiveRoom?: Wire_lastword_v1_ArchiveRoom | null;
  seatPeople?: Wire_lastword_v1_SeatPeople | null;
  ban?: Wire_lastword_v1_Ban | null;
  setRoomRole?: Wire_lastword_v1_SetRoomRole | null;
  setRole?: Wire_lastword_v1_SetRole | null;
  react?: Wire_lastword_v1_React | null;
  editMessage?: Wire_lastword_v1_EditMessage | null;
  setPreference?: Wire_lastword_v1_SetPreference | null;
  follow?: Wire_lastword_v1_Follow | null;
  createInvite?: Wire_lastword_v1_CreateInvite | null;
  revokeInvite?: Wire_lastword_v1_RevokeInvite | null;
  createReset?: Wire_lastword_v1_CreateReset | null;
  resetPassword?: Wire_lastword_v1_ResetPassword | null;
  setActive?: Wire_lastword_v1_SetActive | null;
  nameGroup?: Wire_lastword_v1_NameGroup | null;
  setPosting?: Wire_lastword_v1_SetPosting | null;
  setProfile?: Wire_lastword_v1_SetProfile | null;
  pin?: Wire_lastword_v1_Pin | null;
  save?: Wire_lastword_v1_Save | null;
  markUnread?: Wire_lastword_v1_MarkUnread | null;
  report?: Wire_lastword_v1_Report | null;
  settleReport?: Wire_lastword_v1_SettleReport | null;
  drafts?: Wire_lastword_v1_Drafts | null;
  subscribePush?: Wire_lastword_v1_SubscribePush | null;
  unsubscribePush?: Wire_lastword_v1_UnsubscribePush | null;
  pushed?: Wire_lastword_v1_Pushed | null;
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
    | "enable"
    | "createRoom"
    | "renameRoom"
    | "setTopic"
    | "setPrivate"
    | "archiveRoom"
    | "seatPeople"
    | "ban"
    | "setRoomRole"
    | "setRole"
    | "react"
    | "editMessage"
    | "setPreference"
    | "follow"
    | "createInvite"
    | "revokeInvite"
    | "createReset"
    | "resetPassword"
    | "setActive"
    | "nameGroup"
    | "setPosting"
    | "setProfile"
    | "report"
    | "settleReport"
    | "pin"
    | "save"
    | "markUnread"
    | "drafts"
    | "subscribePush"
    | "unsubscribePush"
    | "pushed";
}
