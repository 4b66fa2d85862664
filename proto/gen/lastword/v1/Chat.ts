// Original file: chat.proto

import type * as grpc from "@grpc/grpc-js";
import type { MethodDefinition } from "@grpc/proto-loader";
import type {
  AddPushSubscriptionRequestInput as _lastword_v1_AddPushSubscriptionRequestInput,
  WireAddPushSubscriptionRequest as Wire_lastword_v1_AddPushSubscriptionRequest,
} from "../../lastword/v1/AddPushSubscriptionRequest.ts";
import type {
  AddPushSubscriptionResponseInput as _lastword_v1_AddPushSubscriptionResponseInput,
  WireAddPushSubscriptionResponse as Wire_lastword_v1_AddPushSubscriptionResponse,
} from "../../lastword/v1/AddPushSubscriptionResponse.ts";
import type {
  ChangePasswordRequestInput as _lastword_v1_ChangePasswordRequestInput,
  WireChangePasswordRequest as Wire_lastword_v1_ChangePasswordRequest,
} from "../../lastword/v1/ChangePasswordRequest.ts";
import type {
  ChangePasswordResponseInput as _lastword_v1_ChangePasswordResponseInput,
  WireChangePasswordResponse as Wire_lastword_v1_ChangePasswordResponse,
} from "../../lastword/v1/ChangePasswordResponse.ts";
import type {
  ChangeRoomRequestInput as _lastword_v1_ChangeRoomRequestInput,
  WireChangeRoomRequest as Wire_lastword_v1_ChangeRoomRequest,
} from "../../lastword/v1/ChangeRoomRequest.ts";
import type {
  ChangeRoomResponseInput as _lastword_v1_ChangeRoomResponseInput,
  WireChangeRoomResponse as Wire_lastword_v1_ChangeRoomResponse,
} from "../../lastword/v1/ChangeRoomResponse.ts";
import type {
  ClusterStatusRequestInput as _lastword_v1_ClusterStatusRequestInput,
  WireClusterStatusRequest as Wire_lastword_v1_ClusterStatusRequest,
} from "../../lastword/v1/ClusterStatusRequest.ts";
import type {
  ClusterStatusResponseInput as _lastword_v1_ClusterStatusResponseInput,
  WireClusterStatusResponse as Wire_lastword_v1_ClusterStatusResponse,
} from "../../lastword/v1/ClusterStatusResponse.ts";
import type {
  CreateInviteRequestInput as _lastword_v1_CreateInviteRequestInput,
  WireCreateInviteRequest as Wire_lastword_v1_CreateInviteRequest,
} from "../../lastword/v1/CreateInviteRequest.ts";
import type {
  CreateInviteResponseInput as _lastword_v1_CreateInviteResponseInput,
  WireCreateInviteResponse as Wire_lastword_v1_CreateInviteResponse,
} from "../../lastword/v1/CreateInviteResponse.ts";
import type {
  CreateResetRequestInput as _lastword_v1_CreateResetRequestInput,
  WireCreateResetRequest as Wire_lastword_v1_CreateResetRequest,
} from "../../lastword/v1/CreateResetRequest.ts";
import type {
  CreateResetResponseInput as _lastword_v1_CreateResetResponseInput,
  WireCreateResetResponse as Wire_lastword_v1_CreateResetResponse,
} from "../../lastword/v1/CreateResetResponse.ts";
import type {
  CreateRoomRequestInput as _lastword_v1_CreateRoomRequestInput,
  WireCreateRoomRequest as Wire_lastword_v1_CreateRoomRequest,
} from "../../lastword/v1/CreateRoomRequest.ts";
import type {
  CreateRoomResponseInput as _lastword_v1_CreateRoomResponseInput,
  WireCreateRoomResponse as Wire_lastword_v1_CreateRoomResponse,
} from "../../lastword/v1/CreateRoomResponse.ts";
import type {
  DeleteAccountRequestInput as _lastword_v1_DeleteAccountRequestInput,
  WireDeleteAccountRequest as Wire_lastword_v1_DeleteAccountRequest,
} from "../../lastword/v1/DeleteAccountRequest.ts";
import type {
  DeleteAccountResponseInput as _lastword_v1_DeleteAccountResponseInput,
  WireDeleteAccountResponse as Wire_lastword_v1_DeleteAccountResponse,
} from "../../lastword/v1/DeleteAccountResponse.ts";
import type {
  DeleteMessagesRequestInput as _lastword_v1_DeleteMessagesRequestInput,
  WireDeleteMessagesRequest as Wire_lastword_v1_DeleteMessagesRequest,
} from "../../lastword/v1/DeleteMessagesRequest.ts";
import type {
  DeleteMessagesResponseInput as _lastword_v1_DeleteMessagesResponseInput,
  WireDeleteMessagesResponse as Wire_lastword_v1_DeleteMessagesResponse,
} from "../../lastword/v1/DeleteMessagesResponse.ts";
import type {
  EditMessageRequestInput as _lastword_v1_EditMessageRequestInput,
  WireEditMessageRequest as Wire_lastword_v1_EditMessageRequest,
} from "../../lastword/v1/EditMessageRequest.ts";
import type {
  EditMessageResponseInput as _lastword_v1_EditMessageResponseInput,
  WireEditMessageResponse as Wire_lastword_v1_EditMessageResponse,
} from "../../lastword/v1/EditMessageResponse.ts";
import type {
  EndSessionRequestInput as _lastword_v1_EndSessionRequestInput,
  WireEndSessionRequest as Wire_lastword_v1_EndSessionRequest,
} from "../../lastword/v1/EndSessionRequest.ts";
import type {
  EndSessionResponseInput as _lastword_v1_EndSessionResponseInput,
  WireEndSessionResponse as Wire_lastword_v1_EndSessionResponse,
} from "../../lastword/v1/EndSessionResponse.ts";
import type {
  FollowThreadRequestInput as _lastword_v1_FollowThreadRequestInput,
  WireFollowThreadRequest as Wire_lastword_v1_FollowThreadRequest,
} from "../../lastword/v1/FollowThreadRequest.ts";
import type {
  FollowThreadResponseInput as _lastword_v1_FollowThreadResponseInput,
  WireFollowThreadResponse as Wire_lastword_v1_FollowThreadResponse,
} from "../../lastword/v1/FollowThreadResponse.ts";
import type {
  GetFileRequestInput as _lastword_v1_GetFileRequestInput,
  WireGetFileRequest as Wire_lastword_v1_GetFileRequest,
} from "../../lastword/v1/GetFileRequest.ts";
import type {
  GetFileResponseInput as _lastword_v1_GetFileResponseInput,
  WireGetFileResponse as Wire_lastword_v1_GetFileResponse,
} from "../../lastword/v1/GetFileResponse.ts";
import type {
  GetMessagesRequestInput as _lastword_v1_GetMessagesRequestInput,
  WireGetMessagesRequest as Wire_lastword_v1_GetMessagesRequest,
} from "../../lastword/v1/GetMessagesRequest.ts";
import type {
  GetMessagesResponseInput as _lastword_v1_GetMessagesResponseInput,
  WireGetMessagesResponse as Wire_lastword_v1_GetMessagesResponse,
} from "../../lastword/v1/GetMessagesResponse.ts";
import type {
  GetPersonRequestInput as _lastword_v1_GetPersonRequestInput,
  WireGetPersonRequest as Wire_lastword_v1_GetPersonRequest,
} from "../../lastword/v1/GetPersonRequest.ts";
import type {
  GetPersonResponseInput as _lastword_v1_GetPersonResponseInput,
  WireGetPersonResponse as Wire_lastword_v1_GetPersonResponse,
} from "../../lastword/v1/GetPersonResponse.ts";
import type {
  GetUploadRequestInput as _lastword_v1_GetUploadRequestInput,
  WireGetUploadRequest as Wire_lastword_v1_GetUploadRequest,
} from "../../lastword/v1/GetUploadRequest.ts";
import type {
  GetUploadResponseInput as _lastword_v1_GetUploadResponseInput,
  WireGetUploadResponse as Wire_lastword_v1_GetUploadResponse,
} from "../../lastword/v1/GetUploadResponse.ts";
import type {
  JoinRoomRequestInput as _lastword_v1_JoinRoomRequestInput,
  WireJoinRoomRequest as Wire_lastword_v1_JoinRoomRequest,
} from "../../lastword/v1/JoinRoomRequest.ts";
import type {
  JoinRoomResponseInput as _lastword_v1_JoinRoomResponseInput,
  WireJoinRoomResponse as Wire_lastword_v1_JoinRoomResponse,
} from "../../lastword/v1/JoinRoomResponse.ts";
import type {
  LeaveRoomRequestInput as _lastword_v1_LeaveRoomRequestInput,
  WireLeaveRoomRequest as Wire_lastword_v1_LeaveRoomRequest,
} from "../../lastword/v1/LeaveRoomRequest.ts";
import type {
  LeaveRoomResponseInput as _lastword_v1_LeaveRoomResponseInput,
  WireLeaveRoomResponse as Wire_lastword_v1_LeaveRoomResponse,
} from "../../lastword/v1/LeaveRoomResponse.ts";
import type {
  ListActivityRequestInput as _lastword_v1_ListActivityRequestInput,
  WireListActivityRequest as Wire_lastword_v1_ListActivityRequest,
} from "../../lastword/v1/ListActivityRequest.ts";
import type {
  ListActivityResponseInput as _lastword_v1_ListActivityResponseInput,
  WireListActivityResponse as Wire_lastword_v1_ListActivityResponse,
} from "../../lastword/v1/ListActivityResponse.ts";
import type {
  ListAuditRequestInput as _lastword_v1_ListAuditRequestInput,
  WireListAuditRequest as Wire_lastword_v1_ListAuditRequest,
} from "../../lastword/v1/ListAuditRequest.ts";
import type {
  ListAuditResponseInput as _lastword_v1_ListAuditResponseInput,
  WireListAuditResponse as Wire_lastword_v1_ListAuditResponse,
} from "../../lastword/v1/ListAuditResponse.ts";
import type {
  ListConversationsRequestInput as _lastword_v1_ListConversationsRequestInput,
  WireListConversationsRequest as Wire_lastword_v1_ListConversationsRequest,
} from "../../lastword/v1/ListConversationsRequest.ts";
import type {
  ListConversationsResponseInput as _lastword_v1_ListConversationsResponseInput,
  WireListConversationsResponse as Wire_lastword_v1_ListConversationsResponse,
} from "../../lastword/v1/ListConversationsResponse.ts";
import type {
  ListDraftsRequestInput as _lastword_v1_ListDraftsRequestInput,
  WireListDraftsRequest as Wire_lastword_v1_ListDraftsRequest,
} from "../../lastword/v1/ListDraftsRequest.ts";
import type {
  ListDraftsResponseInput as _lastword_v1_ListDraftsResponseInput,
  WireListDraftsResponse as Wire_lastword_v1_ListDraftsResponse,
} from "../../lastword/v1/ListDraftsResponse.ts";
import type {
  ListInvitesRequestInput as _lastword_v1_ListInvitesRequestInput,
  WireListInvitesRequest as Wire_lastword_v1_ListInvitesRequest,
} from "../../lastword/v1/ListInvitesRequest.ts";
import type {
  ListInvitesResponseInput as _lastword_v1_ListInvitesResponseInput,
  WireListInvitesResponse as Wire_lastword_v1_ListInvitesResponse,
} from "../../lastword/v1/ListInvitesResponse.ts";
import type {
  ListPinsRequestInput as _lastword_v1_ListPinsRequestInput,
  WireListPinsRequest as Wire_lastword_v1_ListPinsRequest,
} from "../../lastword/v1/ListPinsRequest.ts";
import type {
  ListPinsResponseInput as _lastword_v1_ListPinsResponseInput,
  WireListPinsResponse as Wire_lastword_v1_ListPinsResponse,
} from "../../lastword/v1/ListPinsResponse.ts";
import type {
  ListPushSubscriptionsRequestInput as _lastword_v1_ListPushSubscriptionsRequestInput,
  WireListPushSubscriptionsRequest as Wire_lastword_v1_ListPushSubscriptionsRequest,
} from "../../lastword/v1/ListPushSubscriptionsRequest.ts";
import type {
  ListPushSubscriptionsResponseInput as _lastword_v1_ListPushSubscriptionsResponseInput,
  WireListPushSubscriptionsResponse as Wire_lastword_v1_ListPushSubscriptionsResponse,
} from "../../lastword/v1/ListPushSubscriptionsResponse.ts";
import type {
  ListReportsRequestInput as _lastword_v1_ListReportsRequestInput,
  WireListReportsRequest as Wire_lastword_v1_ListReportsRequest,
} from "../../lastword/v1/ListReportsRequest.ts";
import type {
  ListReportsResponseInput as _lastword_v1_ListReportsResponseInput,
  WireListReportsResponse as Wire_lastword_v1_ListReportsResponse,
} from "../../lastword/v1/ListReportsResponse.ts";
import type {
  ListRoomPeopleRequestInput as _lastword_v1_ListRoomPeopleRequestInput,
  WireListRoomPeopleRequest as Wire_lastword_v1_ListRoomPeopleRequest,
} from "../../lastword/v1/ListRoomPeopleRequest.ts";
import type {
  ListRoomPeopleResponseInput as _lastword_v1_ListRoomPeopleResponseInput,
  WireListRoomPeopleResponse as Wire_lastword_v1_ListRoomPeopleResponse,
} from "../../lastword/v1/ListRoomPeopleResponse.ts";
import type {
  ListRoomsRequestInput as _lastword_v1_ListRoomsRequestInput,
  WireListRoomsRequest as Wire_lastword_v1_ListRoomsRequest,
} from "../../lastword/v1/ListRoomsRequest.ts";
import type {
  ListRoomsResponseInput as _lastword_v1_ListRoomsResponseInput,
  WireListRoomsResponse as Wire_lastword_v1_ListRoomsResponse,
} from "../../lastword/v1/ListRoomsResponse.ts";
import type {
  ListSavedRequestInput as _lastword_v1_ListSavedRequestInput,
  WireListSavedRequest as Wire_lastword_v1_ListSavedRequest,
} from "../../lastword/v1/ListSavedRequest.ts";
import type {
  ListSavedResponseInput as _lastword_v1_ListSavedResponseInput,
  WireListSavedResponse as Wire_lastword_v1_ListSavedResponse,
} from "../../lastword/v1/ListSavedResponse.ts";
import type {
  ListSessionsRequestInput as _lastword_v1_ListSessionsRequestInput,
  WireListSessionsRequest as Wire_lastword_v1_ListSessionsRequest,
} from "../../lastword/v1/ListSessionsRequest.ts";
import type {
  ListSessionsResponseInput as _lastword_v1_ListSessionsResponseInput,
  WireListSessionsResponse as Wire_lastword_v1_ListSessionsResponse,
} from "../../lastword/v1/ListSessionsResponse.ts";
import type {
  ListThreadsRequestInput as _lastword_v1_ListThreadsRequestInput,
  WireListThreadsRequest as Wire_lastword_v1_ListThreadsRequest,
} from "../../lastword/v1/ListThreadsRequest.ts";
import type {
  ListThreadsResponseInput as _lastword_v1_ListThreadsResponseInput,
  WireListThreadsResponse as Wire_lastword_v1_ListThreadsResponse,
} from "../../lastword/v1/ListThreadsResponse.ts";
import type {
  ListUsersRequestInput as _lastword_v1_ListUsersRequestInput,
  WireListUsersRequest as Wire_lastword_v1_ListUsersRequest,
} from "../../lastword/v1/ListUsersRequest.ts";
import type {
  ListUsersResponseInput as _lastword_v1_ListUsersResponseInput,
  WireListUsersResponse as Wire_lastword_v1_ListUsersResponse,
} from "../../lastword/v1/ListUsersResponse.ts";
import type {
  ListVersionsRequestInput as _lastword_v1_ListVersionsRequestInput,
  WireListVersionsRequest as Wire_lastword_v1_ListVersionsRequest,
} from "../../lastword/v1/ListVersionsRequest.ts";
import type {
  ListVersionsResponseInput as _lastword_v1_ListVersionsResponseInput,
  WireListVersionsResponse as Wire_lastword_v1_ListVersionsResponse,
} from "../../lastword/v1/ListVersionsResponse.ts";
import type {
  LoginRequestInput as _lastword_v1_LoginRequestInput,
  WireLoginRequest as Wire_lastword_v1_LoginRequest,
} from "../../lastword/v1/LoginRequest.ts";
import type {
  LoginResponseInput as _lastword_v1_LoginResponseInput,
  WireLoginResponse as Wire_lastword_v1_LoginResponse,
} from "../../lastword/v1/LoginResponse.ts";
import type {
  LogoutRequestInput as _lastword_v1_LogoutRequestInput,
  WireLogoutRequest as Wire_lastword_v1_LogoutRequest,
} from "../../lastword/v1/LogoutRequest.ts";
import type {
  LogoutResponseInput as _lastword_v1_LogoutResponseInput,
  WireLogoutResponse as Wire_lastword_v1_LogoutResponse,
} from "../../lastword/v1/LogoutResponse.ts";
import type {
  MarkReadRequestInput as _lastword_v1_MarkReadRequestInput,
  WireMarkReadRequest as Wire_lastword_v1_MarkReadRequest,
} from "../../lastword/v1/MarkReadRequest.ts";
import type {
  MarkReadResponseInput as _lastword_v1_MarkReadResponseInput,
  WireMarkReadResponse as Wire_lastword_v1_MarkReadResponse,
} from "../../lastword/v1/MarkReadResponse.ts";
import type {
  MarkUnreadRequestInput as _lastword_v1_MarkUnreadRequestInput,
  WireMarkUnreadRequest as Wire_lastword_v1_MarkUnreadRequest,
} from "../../lastword/v1/MarkUnreadRequest.ts";
import type {
  MarkUnreadResponseInput as _lastword_v1_MarkUnreadResponseInput,
  WireMarkUnreadResponse as Wire_lastword_v1_MarkUnreadResponse,
} from "../../lastword/v1/MarkUnreadResponse.ts";
import type {
  PinMessageRequestInput as _lastword_v1_PinMessageRequestInput,
  WirePinMessageRequest as Wire_lastword_v1_PinMessageRequest,
} from "../../lastword/v1/PinMessageRequest.ts";
import type {
  PinMessageResponseInput as _lastword_v1_PinMessageResponseInput,
  WirePinMessageResponse as Wire_lastword_v1_PinMessageResponse,
} from "../../lastword/v1/PinMessageResponse.ts";
import type {
  PutFileRequestInput as _lastword_v1_PutFileRequestInput,
  WirePutFileRequest as Wire_lastword_v1_PutFileRequest,
} from "../../lastword/v1/PutFileRequest.ts";
import type {
  PutFileResponseInput as _lastword_v1_PutFileResponseInput,
  WirePutFileResponse as Wire_lastword_v1_PutFileResponse,
} from "../../lastword/v1/PutFileResponse.ts";
import type {
  ReactRequestInput as _lastword_v1_ReactRequestInput,
  WireReactRequest as Wire_lastword_v1_ReactRequest,
} from "../../lastword/v1/ReactRequest.ts";
import type {
  ReactResponseInput as _lastword_v1_ReactResponseInput,
  WireReactResponse as Wire_lastword_v1_ReactResponse,
} from "../../lastword/v1/ReactResponse.ts";
import type {
  RegisterRequestInput as _lastword_v1_RegisterRequestInput,
  WireRegisterRequest as Wire_lastword_v1_RegisterRequest,
} from "../../lastword/v1/RegisterRequest.ts";
import type {
  RegisterResponseInput as _lastword_v1_RegisterResponseInput,
  WireRegisterResponse as Wire_lastword_v1_RegisterResponse,
} from "../../lastword/v1/RegisterResponse.ts";
import type {
  RemovePushSubscriptionRequestInput as _lastword_v1_RemovePushSubscriptionRequestInput,
  WireRemovePushSubscriptionRequest as Wire_lastword_v1_RemovePushSubscriptionRequest,
} from "../../lastword/v1/RemovePushSubscriptionRequest.ts";
import type {
  RemovePushSubscriptionResponseInput as _lastword_v1_RemovePushSubscriptionResponseInput,
  WireRemovePushSubscriptionResponse as Wire_lastword_v1_RemovePushSubscriptionResponse,
} from "../../lastword/v1/RemovePushSubscriptionResponse.ts";
import type {
  ReportMessageRequestInput as _lastword_v1_ReportMessageRequestInput,
  WireReportMessageRequest as Wire_lastword_v1_ReportMessageRequest,
} from "../../lastword/v1/ReportMessageRequest.ts";
import type {
  ReportMessageResponseInput as _lastword_v1_ReportMessageResponseInput,
  WireReportMessageResponse as Wire_lastword_v1_ReportMessageResponse,
} from "../../lastword/v1/ReportMessageResponse.ts";
import type {
  ResetPasswordRequestInput as _lastword_v1_ResetPasswordRequestInput,
  WireResetPasswordRequest as Wire_lastword_v1_ResetPasswordRequest,
} from "../../lastword/v1/ResetPasswordRequest.ts";
import type {
  ResetPasswordResponseInput as _lastword_v1_ResetPasswordResponseInput,
  WireResetPasswordResponse as Wire_lastword_v1_ResetPasswordResponse,
} from "../../lastword/v1/ResetPasswordResponse.ts";
import type {
  RevokeInviteRequestInput as _lastword_v1_RevokeInviteRequestInput,
  WireRevokeInviteRequest as Wire_lastword_v1_RevokeInviteRequest,
} from "../../lastword/v1/RevokeInviteRequest.ts";
import type {
  RevokeInviteResponseInput as _lastword_v1_RevokeInviteResponseInput,
  WireRevokeInviteResponse as Wire_lastword_v1_RevokeInviteResponse,
} from "../../lastword/v1/RevokeInviteResponse.ts";
import type {
  SaveDraftRequestInput as _lastword_v1_SaveDraftRequestInput,
  WireSaveDraftRequest as Wire_lastword_v1_SaveDraftRequest,
} from "../../lastword/v1/SaveDraftRequest.ts";
import type {
  SaveDraftResponseInput as _lastword_v1_SaveDraftResponseInput,
  WireSaveDraftResponse as Wire_lastword_v1_SaveDraftResponse,
} from "../../lastword/v1/SaveDraftResponse.ts";
import type {
  SaveMessageRequestInput as _lastword_v1_SaveMessageRequestInput,
  WireSaveMessageRequest as Wire_lastword_v1_SaveMessageRequest,
} from "../../lastword/v1/SaveMessageRequest.ts";
import type {
  SaveMessageResponseInput as _lastword_v1_SaveMessageResponseInput,
  WireSaveMessageResponse as Wire_lastword_v1_SaveMessageResponse,
} from "../../lastword/v1/SaveMessageResponse.ts";
import type {
  SearchRequestInput as _lastword_v1_SearchRequestInput,
  WireSearchRequest as Wire_lastword_v1_SearchRequest,
} from "../../lastword/v1/SearchRequest.ts";
import type {
  SearchResponseInput as _lastword_v1_SearchResponseInput,
  WireSearchResponse as Wire_lastword_v1_SearchResponse,
} from "../../lastword/v1/SearchResponse.ts";
import type {
  SendMessageRequestInput as _lastword_v1_SendMessageRequestInput,
  WireSendMessageRequest as Wire_lastword_v1_SendMessageRequest,
} from "../../lastword/v1/SendMessageRequest.ts";
import type {
  SendMessageResponseInput as _lastword_v1_SendMessageResponseInput,
  WireSendMessageResponse as Wire_lastword_v1_SendMessageResponse,
} from "../../lastword/v1/SendMessageResponse.ts";
import type {
  SendStreamRequestInput as _lastword_v1_SendStreamRequestInput,
  WireSendStreamRequest as Wire_lastword_v1_SendStreamRequest,
} from "../../lastword/v1/SendStreamRequest.ts";
import type {
  SendStreamResponseInput as _lastword_v1_SendStreamResponseInput,
  WireSendStreamResponse as Wire_lastword_v1_SendStreamResponse,
} from "../../lastword/v1/SendStreamResponse.ts";
import type {
  SetActiveRequestInput as _lastword_v1_SetActiveRequestInput,
  WireSetActiveRequest as Wire_lastword_v1_SetActiveRequest,
} from "../../lastword/v1/SetActiveRequest.ts";
import type {
  SetActiveResponseInput as _lastword_v1_SetActiveResponseInput,
  WireSetActiveResponse as Wire_lastword_v1_SetActiveResponse,
} from "../../lastword/v1/SetActiveResponse.ts";
import type {
  SetPreferenceRequestInput as _lastword_v1_SetPreferenceRequestInput,
  WireSetPreferenceRequest as Wire_lastword_v1_SetPreferenceRequest,
} from "../../lastword/v1/SetPreferenceRequest.ts";
import type {
  SetPreferenceResponseInput as _lastword_v1_SetPreferenceResponseInput,
  WireSetPreferenceResponse as Wire_lastword_v1_SetPreferenceResponse,
} from "../../lastword/v1/SetPreferenceResponse.ts";
import type {
  SetProfileRequestInput as _lastword_v1_SetProfileRequestInput,
  WireSetProfileRequest as Wire_lastword_v1_SetProfileRequest,
} from "../../lastword/v1/SetProfileRequest.ts";
import type {
  SetProfileResponseInput as _lastword_v1_SetProfileResponseInput,
  WireSetProfileResponse as Wire_lastword_v1_SetProfileResponse,
} from "../../lastword/v1/SetProfileResponse.ts";
import type {
  SetRoleRequestInput as _lastword_v1_SetRoleRequestInput,
  WireSetRoleRequest as Wire_lastword_v1_SetRoleRequest,
} from "../../lastword/v1/SetRoleRequest.ts";
import type {
  SetRoleResponseInput as _lastword_v1_SetRoleResponseInput,
  WireSetRoleResponse as Wire_lastword_v1_SetRoleResponse,
} from "../../lastword/v1/SetRoleResponse.ts";
import type {
  SettleReportRequestInput as _lastword_v1_SettleReportRequestInput,
  WireSettleReportRequest as Wire_lastword_v1_SettleReportRequest,
} from "../../lastword/v1/SettleReportRequest.ts";
import type {
  SettleReportResponseInput as _lastword_v1_SettleReportResponseInput,
  WireSettleReportResponse as Wire_lastword_v1_SettleReportResponse,
} from "../../lastword/v1/SettleReportResponse.ts";
import type {
  SubscribeRequestInput as _lastword_v1_SubscribeRequestInput,
  WireSubscribeRequest as Wire_lastword_v1_SubscribeRequest,
} from "../../lastword/v1/SubscribeRequest.ts";
import type {
  SubscribeResponseInput as _lastword_v1_SubscribeResponseInput,
  WireSubscribeResponse as Wire_lastword_v1_SubscribeResponse,
} from "../../lastword/v1/SubscribeResponse.ts";
import type {
  TestPushSubscriptionRequestInput as _lastword_v1_TestPushSubscriptionRequestInput,
  WireTestPushSubscriptionRequest as Wire_lastword_v1_TestPushSubscriptionRequest,
} from "../../lastword/v1/TestPushSubscriptionRequest.ts";
import type {
  TestPushSubscriptionResponseInput as _lastword_v1_TestPushSubscriptionResponseInput,
  WireTestPushSubscriptionResponse as Wire_lastword_v1_TestPushSubscriptionResponse,
} from "../../lastword/v1/TestPushSubscriptionResponse.ts";

export interface ChatClient extends grpc.Client {
  AddPushSubscription(
    argument: _lastword_v1_AddPushSubscriptionRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_AddPushSubscriptionResponse>,
  ): grpc.ClientUnaryCall;
  AddPushSubscription(
    argument: _lastword_v1_AddPushSubscriptionRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_AddPushSubscriptionResponse>,
  ): grpc.ClientUnaryCall;
  AddPushSubscription(
    argument: _lastword_v1_AddPushSubscriptionRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_AddPushSubscriptionResponse>,
  ): grpc.ClientUnaryCall;
  AddPushSubscription(
    argument: _lastword_v1_AddPushSubscriptionRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_AddPushSubscriptionResponse>,
  ): grpc.ClientUnaryCall;
  addPushSubscription(
    argument: _lastword_v1_AddPushSubscriptionRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_AddPushSubscriptionResponse>,
  ): grpc.ClientUnaryCall;
  addPushSubscription(
    argument: _lastword_v1_AddPushSubscriptionRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_AddPushSubscriptionResponse>,
  ): grpc.ClientUnaryCall;
  addPushSubscription(
    argument: _lastword_v1_AddPushSubscriptionRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_AddPushSubscriptionResponse>,
  ): grpc.ClientUnaryCall;
  addPushSubscription(
    argument: _lastword_v1_AddPushSubscriptionRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_AddPushSubscriptionResponse>,
  ): grpc.ClientUnaryCall;

  ChangePassword(
    argument: _lastword_v1_ChangePasswordRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ChangePasswordResponse>,
  ): grpc.ClientUnaryCall;
  ChangePassword(
    argument: _lastword_v1_ChangePasswordRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ChangePasswordResponse>,
  ): grpc.ClientUnaryCall;
  ChangePassword(
    argument: _lastword_v1_ChangePasswordRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ChangePasswordResponse>,
  ): grpc.ClientUnaryCall;
  ChangePassword(
    argument: _lastword_v1_ChangePasswordRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ChangePasswordResponse>,
  ): grpc.ClientUnaryCall;
  changePassword(
    argument: _lastword_v1_ChangePasswordRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ChangePasswordResponse>,
  ): grpc.ClientUnaryCall;
  changePassword(
    argument: _lastword_v1_ChangePasswordRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ChangePasswordResponse>,
  ): grpc.ClientUnaryCall;
  changePassword(
    argument: _lastword_v1_ChangePasswordRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ChangePasswordResponse>,
  ): grpc.ClientUnaryCall;
  changePassword(
    argument: _lastword_v1_ChangePasswordRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ChangePasswordResponse>,
  ): grpc.ClientUnaryCall;

  ChangeRoom(
    argument: _lastword_v1_ChangeRoomRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ChangeRoomResponse>,
  ): grpc.ClientUnaryCall;
  ChangeRoom(
    argument: _lastword_v1_ChangeRoomRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ChangeRoomResponse>,
  ): grpc.ClientUnaryCall;
  ChangeRoom(
    argument: _lastword_v1_ChangeRoomRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ChangeRoomResponse>,
  ): grpc.ClientUnaryCall;
  ChangeRoom(
    argument: _lastword_v1_ChangeRoomRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ChangeRoomResponse>,
  ): grpc.ClientUnaryCall;
  changeRoom(
    argument: _lastword_v1_ChangeRoomRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ChangeRoomResponse>,
  ): grpc.ClientUnaryCall;
  changeRoom(
    argument: _lastword_v1_ChangeRoomRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ChangeRoomResponse>,
  ): grpc.ClientUnaryCall;
  changeRoom(
    argument: _lastword_v1_ChangeRoomRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ChangeRoomResponse>,
  ): grpc.ClientUnaryCall;
  changeRoom(
    argument: _lastword_v1_ChangeRoomRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ChangeRoomResponse>,
  ): grpc.ClientUnaryCall;

  ClusterStatus(
    argument: _lastword_v1_ClusterStatusRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ClusterStatusResponse>,
  ): grpc.ClientUnaryCall;
  ClusterStatus(
    argument: _lastword_v1_ClusterStatusRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ClusterStatusResponse>,
  ): grpc.ClientUnaryCall;
  ClusterStatus(
    argument: _lastword_v1_ClusterStatusRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ClusterStatusResponse>,
  ): grpc.ClientUnaryCall;
  ClusterStatus(
    argument: _lastword_v1_ClusterStatusRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ClusterStatusResponse>,
  ): grpc.ClientUnaryCall;
  clusterStatus(
    argument: _lastword_v1_ClusterStatusRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ClusterStatusResponse>,
  ): grpc.ClientUnaryCall;
  clusterStatus(
    argument: _lastword_v1_ClusterStatusRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ClusterStatusResponse>,
  ): grpc.ClientUnaryCall;
  clusterStatus(
    argument: _lastword_v1_ClusterStatusRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ClusterStatusResponse>,
  ): grpc.ClientUnaryCall;
  clusterStatus(
    argument: _lastword_v1_ClusterStatusRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ClusterStatusResponse>,
  ): grpc.ClientUnaryCall;

  CreateInvite(
    argument: _lastword_v1_CreateInviteRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_CreateInviteResponse>,
  ): grpc.ClientUnaryCall;
  CreateInvite(
    argument: _lastword_v1_CreateInviteRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_CreateInviteResponse>,
  ): grpc.ClientUnaryCall;
  CreateInvite(
    argument: _lastword_v1_CreateInviteRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_CreateInviteResponse>,
  ): grpc.ClientUnaryCall;
  CreateInvite(
    argument: _lastword_v1_CreateInviteRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_CreateInviteResponse>,
  ): grpc.ClientUnaryCall;
  createInvite(
    argument: _lastword_v1_CreateInviteRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_CreateInviteResponse>,
  ): grpc.ClientUnaryCall;
  createInvite(
    argument: _lastword_v1_CreateInviteRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_CreateInviteResponse>,
  ): grpc.ClientUnaryCall;
  createInvite(
    argument: _lastword_v1_CreateInviteRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_CreateInviteResponse>,
  ): grpc.ClientUnaryCall;
  createInvite(
    argument: _lastword_v1_CreateInviteRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_CreateInviteResponse>,
  ): grpc.ClientUnaryCall;

  CreateReset(
    argument: _lastword_v1_CreateResetRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_CreateResetResponse>,
  ): grpc.ClientUnaryCall;
  CreateReset(
    argument: _lastword_v1_CreateResetRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_CreateResetResponse>,
  ): grpc.ClientUnaryCall;
  CreateReset(
    argument: _lastword_v1_CreateResetRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_CreateResetResponse>,
  ): grpc.ClientUnaryCall;
  CreateReset(
    argument: _lastword_v1_CreateResetRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_CreateResetResponse>,
  ): grpc.ClientUnaryCall;
  createReset(
    argument: _lastword_v1_CreateResetRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_CreateResetResponse>,
  ): grpc.ClientUnaryCall;
  createReset(
    argument: _lastword_v1_CreateResetRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_CreateResetResponse>,
  ): grpc.ClientUnaryCall;
  createReset(
    argument: _lastword_v1_CreateResetRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_CreateResetResponse>,
  ): grpc.ClientUnaryCall;
  createReset(
    argument: _lastword_v1_CreateResetRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_CreateResetResponse>,
  ): grpc.ClientUnaryCall;

  CreateRoom(
    argument: _lastword_v1_CreateRoomRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_CreateRoomResponse>,
  ): grpc.ClientUnaryCall;
  CreateRoom(
    argument: _lastword_v1_CreateRoomRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_CreateRoomResponse>,
  ): grpc.ClientUnaryCall;
  CreateRoom(
    argument: _lastword_v1_CreateRoomRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_CreateRoomResponse>,
  ): grpc.ClientUnaryCall;
  CreateRoom(
    argument: _lastword_v1_CreateRoomRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_CreateRoomResponse>,
  ): grpc.ClientUnaryCall;
  createRoom(
    argument: _lastword_v1_CreateRoomRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_CreateRoomResponse>,
  ): grpc.ClientUnaryCall;
  createRoom(
    argument: _lastword_v1_CreateRoomRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_CreateRoomResponse>,
  ): grpc.ClientUnaryCall;
  createRoom(
    argument: _lastword_v1_CreateRoomRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_CreateRoomResponse>,
  ): grpc.ClientUnaryCall;
  createRoom(
    argument: _lastword_v1_CreateRoomRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_CreateRoomResponse>,
  ): grpc.ClientUnaryCall;

  DeleteAccount(
    argument: _lastword_v1_DeleteAccountRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_DeleteAccountResponse>,
  ): grpc.ClientUnaryCall;
  DeleteAccount(
    argument: _lastword_v1_DeleteAccountRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_DeleteAccountResponse>,
  ): grpc.ClientUnaryCall;
  DeleteAccount(
    argument: _lastword_v1_DeleteAccountRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_DeleteAccountResponse>,
  ): grpc.ClientUnaryCall;
  DeleteAccount(
    argument: _lastword_v1_DeleteAccountRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_DeleteAccountResponse>,
  ): grpc.ClientUnaryCall;
  deleteAccount(
    argument: _lastword_v1_DeleteAccountRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_DeleteAccountResponse>,
  ): grpc.ClientUnaryCall;
  deleteAccount(
    argument: _lastword_v1_DeleteAccountRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_DeleteAccountResponse>,
  ): grpc.ClientUnaryCall;
  deleteAccount(
    argument: _lastword_v1_DeleteAccountRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_DeleteAccountResponse>,
  ): grpc.ClientUnaryCall;
  deleteAccount(
    argument: _lastword_v1_DeleteAccountRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_DeleteAccountResponse>,
  ): grpc.ClientUnaryCall;

  DeleteMessages(
    argument: _lastword_v1_DeleteMessagesRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_DeleteMessagesResponse>,
  ): grpc.ClientUnaryCall;
  DeleteMessages(
    argument: _lastword_v1_DeleteMessagesRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_DeleteMessagesResponse>,
  ): grpc.ClientUnaryCall;
  DeleteMessages(
    argument: _lastword_v1_DeleteMessagesRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_DeleteMessagesResponse>,
  ): grpc.ClientUnaryCall;
  DeleteMessages(
    argument: _lastword_v1_DeleteMessagesRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_DeleteMessagesResponse>,
  ): grpc.ClientUnaryCall;
  deleteMessages(
    argument: _lastword_v1_DeleteMessagesRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_DeleteMessagesResponse>,
  ): grpc.ClientUnaryCall;
  deleteMessages(
    argument: _lastword_v1_DeleteMessagesRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_DeleteMessagesResponse>,
  ): grpc.ClientUnaryCall;
  deleteMessages(
    argument: _lastword_v1_DeleteMessagesRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_DeleteMessagesResponse>,
  ): grpc.ClientUnaryCall;
  deleteMessages(
    argument: _lastword_v1_DeleteMessagesRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_DeleteMessagesResponse>,
  ): grpc.ClientUnaryCall;

  EditMessage(
    argument: _lastword_v1_EditMessageRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_EditMessageResponse>,
  ): grpc.ClientUnaryCall;
  EditMessage(
    argument: _lastword_v1_EditMessageRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_EditMessageResponse>,
  ): grpc.ClientUnaryCall;
  EditMessage(
    argument: _lastword_v1_EditMessageRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_EditMessageResponse>,
  ): grpc.ClientUnaryCall;
  EditMessage(
    argument: _lastword_v1_EditMessageRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_EditMessageResponse>,
  ): grpc.ClientUnaryCall;
  editMessage(
    argument: _lastword_v1_EditMessageRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_EditMessageResponse>,
  ): grpc.ClientUnaryCall;
  editMessage(
    argument: _lastword_v1_EditMessageRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_EditMessageResponse>,
  ): grpc.ClientUnaryCall;
  editMessage(
    argument: _lastword_v1_EditMessageRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_EditMessageResponse>,
  ): grpc.ClientUnaryCall;
  editMessage(
    argument: _lastword_v1_EditMessageRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_EditMessageResponse>,
  ): grpc.ClientUnaryCall;

  EndSession(
    argument: _lastword_v1_EndSessionRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_EndSessionResponse>,
  ): grpc.ClientUnaryCall;
  EndSession(
    argument: _lastword_v1_EndSessionRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_EndSessionResponse>,
  ): grpc.ClientUnaryCall;
  EndSession(
    argument: _lastword_v1_EndSessionRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_EndSessionResponse>,
  ): grpc.ClientUnaryCall;
  EndSession(
    argument: _lastword_v1_EndSessionRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_EndSessionResponse>,
  ): grpc.ClientUnaryCall;
  endSession(
    argument: _lastword_v1_EndSessionRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_EndSessionResponse>,
  ): grpc.ClientUnaryCall;
  endSession(
    argument: _lastword_v1_EndSessionRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_EndSessionResponse>,
  ): grpc.ClientUnaryCall;
  endSession(
    argument: _lastword_v1_EndSessionRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_EndSessionResponse>,
  ): grpc.ClientUnaryCall;
  endSession(
    argument: _lastword_v1_EndSessionRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_EndSessionResponse>,
  ): grpc.ClientUnaryCall;

  FollowThread(
    argument: _lastword_v1_FollowThreadRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_FollowThreadResponse>,
  ): grpc.ClientUnaryCall;
  FollowThread(
    argument: _lastword_v1_FollowThreadRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_FollowThreadResponse>,
  ): grpc.ClientUnaryCall;
  FollowThread(
    argument: _lastword_v1_FollowThreadRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_FollowThreadResponse>,
  ): grpc.ClientUnaryCall;
  FollowThread(
    argument: _lastword_v1_FollowThreadRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_FollowThreadResponse>,
  ): grpc.ClientUnaryCall;
  followThread(
    argument: _lastword_v1_FollowThreadRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_FollowThreadResponse>,
  ): grpc.ClientUnaryCall;
  followThread(
    argument: _lastword_v1_FollowThreadRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_FollowThreadResponse>,
  ): grpc.ClientUnaryCall;
  followThread(
    argument: _lastword_v1_FollowThreadRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_FollowThreadResponse>,
  ): grpc.ClientUnaryCall;
  followThread(
    argument: _lastword_v1_FollowThreadRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_FollowThreadResponse>,
  ): grpc.ClientUnaryCall;

  GetFile(
    argument: _lastword_v1_GetFileRequestInput,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<Wire_lastword_v1_GetFileResponse>;
  GetFile(
    argument: _lastword_v1_GetFileRequestInput,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<Wire_lastword_v1_GetFileResponse>;
  getFile(
    argument: _lastword_v1_GetFileRequestInput,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<Wire_lastword_v1_GetFileResponse>;
  getFile(
    argument: _lastword_v1_GetFileRequestInput,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<Wire_lastword_v1_GetFileResponse>;

  GetMessages(
    argument: _lastword_v1_GetMessagesRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_GetMessagesResponse>,
  ): grpc.ClientUnaryCall;
  GetMessages(
    argument: _lastword_v1_GetMessagesRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_GetMessagesResponse>,
  ): grpc.ClientUnaryCall;
  GetMessages(
    argument: _lastword_v1_GetMessagesRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_GetMessagesResponse>,
  ): grpc.ClientUnaryCall;
  GetMessages(
    argument: _lastword_v1_GetMessagesRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_GetMessagesResponse>,
  ): grpc.ClientUnaryCall;
  getMessages(
    argument: _lastword_v1_GetMessagesRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_GetMessagesResponse>,
  ): grpc.ClientUnaryCall;
  getMessages(
    argument: _lastword_v1_GetMessagesRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_GetMessagesResponse>,
  ): grpc.ClientUnaryCall;
  getMessages(
    argument: _lastword_v1_GetMessagesRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_GetMessagesResponse>,
  ): grpc.ClientUnaryCall;
  getMessages(
    argument: _lastword_v1_GetMessagesRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_GetMessagesResponse>,
  ): grpc.ClientUnaryCall;

  GetPerson(
    argument: _lastword_v1_GetPersonRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_GetPersonResponse>,
  ): grpc.ClientUnaryCall;
  GetPerson(
    argument: _lastword_v1_GetPersonRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_GetPersonResponse>,
  ): grpc.ClientUnaryCall;
  GetPerson(
    argument: _lastword_v1_GetPersonRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_GetPersonResponse>,
  ): grpc.ClientUnaryCall;
  GetPerson(
    argument: _lastword_v1_GetPersonRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_GetPersonResponse>,
  ): grpc.ClientUnaryCall;
  getPerson(
    argument: _lastword_v1_GetPersonRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_GetPersonResponse>,
  ): grpc.ClientUnaryCall;
  getPerson(
    argument: _lastword_v1_GetPersonRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_GetPersonResponse>,
  ): grpc.ClientUnaryCall;
  getPerson(
    argument: _lastword_v1_GetPersonRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_GetPersonResponse>,
  ): grpc.ClientUnaryCall;
  getPerson(
    argument: _lastword_v1_GetPersonRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_GetPersonResponse>,
  ): grpc.ClientUnaryCall;

  GetUpload(
    argument: _lastword_v1_GetUploadRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_GetUploadResponse>,
  ): grpc.ClientUnaryCall;
  GetUpload(
    argument: _lastword_v1_GetUploadRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_GetUploadResponse>,
  ): grpc.ClientUnaryCall;
  GetUpload(
    argument: _lastword_v1_GetUploadRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_GetUploadResponse>,
  ): grpc.ClientUnaryCall;
  GetUpload(
    argument: _lastword_v1_GetUploadRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_GetUploadResponse>,
  ): grpc.ClientUnaryCall;
  getUpload(
    argument: _lastword_v1_GetUploadRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_GetUploadResponse>,
  ): grpc.ClientUnaryCall;
  getUpload(
    argument: _lastword_v1_GetUploadRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_GetUploadResponse>,
  ): grpc.ClientUnaryCall;
  getUpload(
    argument: _lastword_v1_GetUploadRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_GetUploadResponse>,
  ): grpc.ClientUnaryCall;
  getUpload(
    argument: _lastword_v1_GetUploadRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_GetUploadResponse>,
  ): grpc.ClientUnaryCall;

  JoinRoom(
    argument: _lastword_v1_JoinRoomRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_JoinRoomResponse>,
  ): grpc.ClientUnaryCall;
  JoinRoom(
    argument: _lastword_v1_JoinRoomRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_JoinRoomResponse>,
  ): grpc.ClientUnaryCall;
  JoinRoom(
    argument: _lastword_v1_JoinRoomRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_JoinRoomResponse>,
  ): grpc.ClientUnaryCall;
  JoinRoom(
    argument: _lastword_v1_JoinRoomRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_JoinRoomResponse>,
  ): grpc.ClientUnaryCall;
  joinRoom(
    argument: _lastword_v1_JoinRoomRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_JoinRoomResponse>,
  ): grpc.ClientUnaryCall;
  joinRoom(
    argument: _lastword_v1_JoinRoomRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_JoinRoomResponse>,
  ): grpc.ClientUnaryCall;
  joinRoom(
    argument: _lastword_v1_JoinRoomRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_JoinRoomResponse>,
  ): grpc.ClientUnaryCall;
  joinRoom(
    argument: _lastword_v1_JoinRoomRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_JoinRoomResponse>,
  ): grpc.ClientUnaryCall;

  LeaveRoom(
    argument: _lastword_v1_LeaveRoomRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_LeaveRoomResponse>,
  ): grpc.ClientUnaryCall;
  LeaveRoom(
    argument: _lastword_v1_LeaveRoomRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_LeaveRoomResponse>,
  ): grpc.ClientUnaryCall;
  LeaveRoom(
    argument: _lastword_v1_LeaveRoomRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_LeaveRoomResponse>,
  ): grpc.ClientUnaryCall;
  LeaveRoom(
    argument: _lastword_v1_LeaveRoomRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_LeaveRoomResponse>,
  ): grpc.ClientUnaryCall;
  leaveRoom(
    argument: _lastword_v1_LeaveRoomRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_LeaveRoomResponse>,
  ): grpc.ClientUnaryCall;
  leaveRoom(
    argument: _lastword_v1_LeaveRoomRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_LeaveRoomResponse>,
  ): grpc.ClientUnaryCall;
  leaveRoom(
    argument: _lastword_v1_LeaveRoomRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_LeaveRoomResponse>,
  ): grpc.ClientUnaryCall;
  leaveRoom(
    argument: _lastword_v1_LeaveRoomRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_LeaveRoomResponse>,
  ): grpc.ClientUnaryCall;

  ListActivity(
    argument: _lastword_v1_ListActivityRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListActivityResponse>,
  ): grpc.ClientUnaryCall;
  ListActivity(
    argument: _lastword_v1_ListActivityRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ListActivityResponse>,
  ): grpc.ClientUnaryCall;
  ListActivity(
    argument: _lastword_v1_ListActivityRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListActivityResponse>,
  ): grpc.ClientUnaryCall;
  ListActivity(
    argument: _lastword_v1_ListActivityRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ListActivityResponse>,
  ): grpc.ClientUnaryCall;
  listActivity(
    argument: _lastword_v1_ListActivityRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListActivityResponse>,
  ): grpc.ClientUnaryCall;
  listActivity(
    argument: _lastword_v1_ListActivityRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ListActivityResponse>,
  ): grpc.ClientUnaryCall;
  listActivity(
    argument: _lastword_v1_ListActivityRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListActivityResponse>,
  ): grpc.ClientUnaryCall;
  listActivity(
    argument: _lastword_v1_ListActivityRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ListActivityResponse>,
  ): grpc.ClientUnaryCall;

  ListAudit(
    argument: _lastword_v1_ListAuditRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListAuditResponse>,
  ): grpc.ClientUnaryCall;
  ListAudit(
    argument: _lastword_v1_ListAuditRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ListAuditResponse>,
  ): grpc.ClientUnaryCall;
  ListAudit(
    argument: _lastword_v1_ListAuditRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListAuditResponse>,
  ): grpc.ClientUnaryCall;
  ListAudit(
    argument: _lastword_v1_ListAuditRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ListAuditResponse>,
  ): grpc.ClientUnaryCall;
  listAudit(
    argument: _lastword_v1_ListAuditRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListAuditResponse>,
  ): grpc.ClientUnaryCall;
  listAudit(
    argument: _lastword_v1_ListAuditRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ListAuditResponse>,
  ): grpc.ClientUnaryCall;
  listAudit(
    argument: _lastword_v1_ListAuditRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListAuditResponse>,
  ): grpc.ClientUnaryCall;
  listAudit(
    argument: _lastword_v1_ListAuditRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ListAuditResponse>,
  ): grpc.ClientUnaryCall;

  ListConversations(
    argument: _lastword_v1_ListConversationsRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListConversationsResponse>,
  ): grpc.ClientUnaryCall;
  ListConversations(
    argument: _lastword_v1_ListConversationsRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ListConversationsResponse>,
  ): grpc.ClientUnaryCall;
  ListConversations(
    argument: _lastword_v1_ListConversationsRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListConversationsResponse>,
  ): grpc.ClientUnaryCall;
  ListConversations(
    argument: _lastword_v1_ListConversationsRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ListConversationsResponse>,
  ): grpc.ClientUnaryCall;
  listConversations(
    argument: _lastword_v1_ListConversationsRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListConversationsResponse>,
  ): grpc.ClientUnaryCall;
  listConversations(
    argument: _lastword_v1_ListConversationsRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ListConversationsResponse>,
  ): grpc.ClientUnaryCall;
  listConversations(
    argument: _lastword_v1_ListConversationsRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListConversationsResponse>,
  ): grpc.ClientUnaryCall;
  listConversations(
    argument: _lastword_v1_ListConversationsRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ListConversationsResponse>,
  ): grpc.ClientUnaryCall;

  ListDrafts(
    argument: _lastword_v1_ListDraftsRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListDraftsResponse>,
  ): grpc.ClientUnaryCall;
  ListDrafts(
    argument: _lastword_v1_ListDraftsRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ListDraftsResponse>,
  ): grpc.ClientUnaryCall;
  ListDrafts(
    argument: _lastword_v1_ListDraftsRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListDraftsResponse>,
  ): grpc.ClientUnaryCall;
  ListDrafts(
    argument: _lastword_v1_ListDraftsRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ListDraftsResponse>,
  ): grpc.ClientUnaryCall;
  listDrafts(
    argument: _lastword_v1_ListDraftsRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListDraftsResponse>,
  ): grpc.ClientUnaryCall;
  listDrafts(
    argument: _lastword_v1_ListDraftsRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ListDraftsResponse>,
  ): grpc.ClientUnaryCall;
  listDrafts(
    argument: _lastword_v1_ListDraftsRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListDraftsResponse>,
  ): grpc.ClientUnaryCall;
  listDrafts(
    argument: _lastword_v1_ListDraftsRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ListDraftsResponse>,
  ): grpc.ClientUnaryCall;

  ListInvites(
    argument: _lastword_v1_ListInvitesRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListInvitesResponse>,
  ): grpc.ClientUnaryCall;
  ListInvites(
    argument: _lastword_v1_ListInvitesRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ListInvitesResponse>,
  ): grpc.ClientUnaryCall;
  ListInvites(
    argument: _lastword_v1_ListInvitesRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListInvitesResponse>,
  ): grpc.ClientUnaryCall;
  ListInvites(
    argument: _lastword_v1_ListInvitesRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ListInvitesResponse>,
  ): grpc.ClientUnaryCall;
  listInvites(
    argument: _lastword_v1_ListInvitesRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListInvitesResponse>,
  ): grpc.ClientUnaryCall;
  listInvites(
    argument: _lastword_v1_ListInvitesRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ListInvitesResponse>,
  ): grpc.ClientUnaryCall;
  listInvites(
    argument: _lastword_v1_ListInvitesRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListInvitesResponse>,
  ): grpc.ClientUnaryCall;
  listInvites(
    argument: _lastword_v1_ListInvitesRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ListInvitesResponse>,
  ): grpc.ClientUnaryCall;

  ListPins(
    argument: _lastword_v1_ListPinsRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListPinsResponse>,
  ): grpc.ClientUnaryCall;
  ListPins(
    argument: _lastword_v1_ListPinsRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ListPinsResponse>,
  ): grpc.ClientUnaryCall;
  ListPins(
    argument: _lastword_v1_ListPinsRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListPinsResponse>,
  ): grpc.ClientUnaryCall;
  ListPins(
    argument: _lastword_v1_ListPinsRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ListPinsResponse>,
  ): grpc.ClientUnaryCall;
  listPins(
    argument: _lastword_v1_ListPinsRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListPinsResponse>,
  ): grpc.ClientUnaryCall;
  listPins(
    argument: _lastword_v1_ListPinsRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ListPinsResponse>,
  ): grpc.ClientUnaryCall;
  listPins(
    argument: _lastword_v1_ListPinsRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListPinsResponse>,
  ): grpc.ClientUnaryCall;
  listPins(
    argument: _lastword_v1_ListPinsRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ListPinsResponse>,
  ): grpc.ClientUnaryCall;

  ListPushSubscriptions(
    argument: _lastword_v1_ListPushSubscriptionsRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListPushSubscriptionsResponse>,
  ): grpc.ClientUnaryCall;
  ListPushSubscriptions(
    argument: _lastword_v1_ListPushSubscriptionsRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ListPushSubscriptionsResponse>,
  ): grpc.ClientUnaryCall;
  ListPushSubscriptions(
    argument: _lastword_v1_ListPushSubscriptionsRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListPushSubscriptionsResponse>,
  ): grpc.ClientUnaryCall;
  ListPushSubscriptions(
    argument: _lastword_v1_ListPushSubscriptionsRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ListPushSubscriptionsResponse>,
  ): grpc.ClientUnaryCall;
  listPushSubscriptions(
    argument: _lastword_v1_ListPushSubscriptionsRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListPushSubscriptionsResponse>,
  ): grpc.ClientUnaryCall;
  listPushSubscriptions(
    argument: _lastword_v1_ListPushSubscriptionsRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ListPushSubscriptionsResponse>,
  ): grpc.ClientUnaryCall;
  listPushSubscriptions(
    argument: _lastword_v1_ListPushSubscriptionsRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListPushSubscriptionsResponse>,
  ): grpc.ClientUnaryCall;
  listPushSubscriptions(
    argument: _lastword_v1_ListPushSubscriptionsRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ListPushSubscriptionsResponse>,
  ): grpc.ClientUnaryCall;

  ListReports(
    argument: _lastword_v1_ListReportsRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListReportsResponse>,
  ): grpc.ClientUnaryCall;
  ListReports(
    argument: _lastword_v1_ListReportsRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ListReportsResponse>,
  ): grpc.ClientUnaryCall;
  ListReports(
    argument: _lastword_v1_ListReportsRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListReportsResponse>,
  ): grpc.ClientUnaryCall;
  ListReports(
    argument: _lastword_v1_ListReportsRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ListReportsResponse>,
  ): grpc.ClientUnaryCall;
  listReports(
    argument: _lastword_v1_ListReportsRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListReportsResponse>,
  ): grpc.ClientUnaryCall;
  listReports(
    argument: _lastword_v1_ListReportsRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ListReportsResponse>,
  ): grpc.ClientUnaryCall;
  listReports(
    argument: _lastword_v1_ListReportsRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListReportsResponse>,
  ): grpc.ClientUnaryCall;
  listReports(
    argument: _lastword_v1_ListReportsRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ListReportsResponse>,
  ): grpc.ClientUnaryCall;

  ListRoomPeople(
    argument: _lastword_v1_ListRoomPeopleRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListRoomPeopleResponse>,
  ): grpc.ClientUnaryCall;
  ListRoomPeople(
    argument: _lastword_v1_ListRoomPeopleRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ListRoomPeopleResponse>,
  ): grpc.ClientUnaryCall;
  ListRoomPeople(
    argument: _lastword_v1_ListRoomPeopleRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListRoomPeopleResponse>,
  ): grpc.ClientUnaryCall;
  ListRoomPeople(
    argument: _lastword_v1_ListRoomPeopleRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ListRoomPeopleResponse>,
  ): grpc.ClientUnaryCall;
  listRoomPeople(
    argument: _lastword_v1_ListRoomPeopleRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListRoomPeopleResponse>,
  ): grpc.ClientUnaryCall;
  listRoomPeople(
    argument: _lastword_v1_ListRoomPeopleRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ListRoomPeopleResponse>,
  ): grpc.ClientUnaryCall;
  listRoomPeople(
    argument: _lastword_v1_ListRoomPeopleRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListRoomPeopleResponse>,
  ): grpc.ClientUnaryCall;
  listRoomPeople(
    argument: _lastword_v1_ListRoomPeopleRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ListRoomPeopleResponse>,
  ): grpc.ClientUnaryCall;

  ListRooms(
    argument: _lastword_v1_ListRoomsRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListRoomsResponse>,
  ): grpc.ClientUnaryCall;
  ListRooms(
    argument: _lastword_v1_ListRoomsRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ListRoomsResponse>,
  ): grpc.ClientUnaryCall;
  ListRooms(
    argument: _lastword_v1_ListRoomsRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListRoomsResponse>,
  ): grpc.ClientUnaryCall;
  ListRooms(
    argument: _lastword_v1_ListRoomsRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ListRoomsResponse>,
  ): grpc.ClientUnaryCall;
  listRooms(
    argument: _lastword_v1_ListRoomsRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListRoomsResponse>,
  ): grpc.ClientUnaryCall;
  listRooms(
    argument: _lastword_v1_ListRoomsRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ListRoomsResponse>,
  ): grpc.ClientUnaryCall;
  listRooms(
    argument: _lastword_v1_ListRoomsRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListRoomsResponse>,
  ): grpc.ClientUnaryCall;
  listRooms(
    argument: _lastword_v1_ListRoomsRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ListRoomsResponse>,
  ): grpc.ClientUnaryCall;

  ListSaved(
    argument: _lastword_v1_ListSavedRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListSavedResponse>,
  ): grpc.ClientUnaryCall;
  ListSaved(
    argument: _lastword_v1_ListSavedRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ListSavedResponse>,
  ): grpc.ClientUnaryCall;
  ListSaved(
    argument: _lastword_v1_ListSavedRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListSavedResponse>,
  ): grpc.ClientUnaryCall;
  ListSaved(
    argument: _lastword_v1_ListSavedRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ListSavedResponse>,
  ): grpc.ClientUnaryCall;
  listSaved(
    argument: _lastword_v1_ListSavedRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListSavedResponse>,
  ): grpc.ClientUnaryCall;
  listSaved(
    argument: _lastword_v1_ListSavedRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ListSavedResponse>,
  ): grpc.ClientUnaryCall;
  listSaved(
    argument: _lastword_v1_ListSavedRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListSavedResponse>,
  ): grpc.ClientUnaryCall;
  listSaved(
    argument: _lastword_v1_ListSavedRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ListSavedResponse>,
  ): grpc.ClientUnaryCall;

  ListSessions(
    argument: _lastword_v1_ListSessionsRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListSessionsResponse>,
  ): grpc.ClientUnaryCall;
  ListSessions(
    argument: _lastword_v1_ListSessionsRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ListSessionsResponse>,
  ): grpc.ClientUnaryCall;
  ListSessions(
    argument: _lastword_v1_ListSessionsRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListSessionsResponse>,
  ): grpc.ClientUnaryCall;
  ListSessions(
    argument: _lastword_v1_ListSessionsRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ListSessionsResponse>,
  ): grpc.ClientUnaryCall;
  listSessions(
    argument: _lastword_v1_ListSessionsRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListSessionsResponse>,
  ): grpc.ClientUnaryCall;
  listSessions(
    argument: _lastword_v1_ListSessionsRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ListSessionsResponse>,
  ): grpc.ClientUnaryCall;
  listSessions(
    argument: _lastword_v1_ListSessionsRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListSessionsResponse>,
  ): grpc.ClientUnaryCall;
  listSessions(
    argument: _lastword_v1_ListSessionsRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ListSessionsResponse>,
  ): grpc.ClientUnaryCall;

  ListThreads(
    argument: _lastword_v1_ListThreadsRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListThreadsResponse>,
  ): grpc.ClientUnaryCall;
  ListThreads(
    argument: _lastword_v1_ListThreadsRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ListThreadsResponse>,
  ): grpc.ClientUnaryCall;
  ListThreads(
    argument: _lastword_v1_ListThreadsRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListThreadsResponse>,
  ): grpc.ClientUnaryCall;
  ListThreads(
    argument: _lastword_v1_ListThreadsRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ListThreadsResponse>,
  ): grpc.ClientUnaryCall;
  listThreads(
    argument: _lastword_v1_ListThreadsRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListThreadsResponse>,
  ): grpc.ClientUnaryCall;
  listThreads(
    argument: _lastword_v1_ListThreadsRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ListThreadsResponse>,
  ): grpc.ClientUnaryCall;
  listThreads(
    argument: _lastword_v1_ListThreadsRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListThreadsResponse>,
  ): grpc.ClientUnaryCall;
  listThreads(
    argument: _lastword_v1_ListThreadsRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ListThreadsResponse>,
  ): grpc.ClientUnaryCall;

  ListUsers(
    argument: _lastword_v1_ListUsersRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListUsersResponse>,
  ): grpc.ClientUnaryCall;
  ListUsers(
    argument: _lastword_v1_ListUsersRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ListUsersResponse>,
  ): grpc.ClientUnaryCall;
  ListUsers(
    argument: _lastword_v1_ListUsersRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListUsersResponse>,
  ): grpc.ClientUnaryCall;
  ListUsers(
    argument: _lastword_v1_ListUsersRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ListUsersResponse>,
  ): grpc.ClientUnaryCall;
  listUsers(
    argument: _lastword_v1_ListUsersRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListUsersResponse>,
  ): grpc.ClientUnaryCall;
  listUsers(
    argument: _lastword_v1_ListUsersRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ListUsersResponse>,
  ): grpc.ClientUnaryCall;
  listUsers(
    argument: _lastword_v1_ListUsersRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListUsersResponse>,
  ): grpc.ClientUnaryCall;
  listUsers(
    argument: _lastword_v1_ListUsersRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ListUsersResponse>,
  ): grpc.ClientUnaryCall;

  ListVersions(
    argument: _lastword_v1_ListVersionsRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListVersionsResponse>,
  ): grpc.ClientUnaryCall;
  ListVersions(
    argument: _lastword_v1_ListVersionsRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ListVersionsResponse>,
  ): grpc.ClientUnaryCall;
  ListVersions(
    argument: _lastword_v1_ListVersionsRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListVersionsResponse>,
  ): grpc.ClientUnaryCall;
  ListVersions(
    argument: _lastword_v1_ListVersionsRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ListVersionsResponse>,
  ): grpc.ClientUnaryCall;
  listVersions(
    argument: _lastword_v1_ListVersionsRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListVersionsResponse>,
  ): grpc.ClientUnaryCall;
  listVersions(
    argument: _lastword_v1_ListVersionsRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ListVersionsResponse>,
  ): grpc.ClientUnaryCall;
  listVersions(
    argument: _lastword_v1_ListVersionsRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ListVersionsResponse>,
  ): grpc.ClientUnaryCall;
  listVersions(
    argument: _lastword_v1_ListVersionsRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ListVersionsResponse>,
  ): grpc.ClientUnaryCall;

  Login(
    argument: _lastword_v1_LoginRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_LoginResponse>,
  ): grpc.ClientUnaryCall;
  Login(
    argument: _lastword_v1_LoginRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_LoginResponse>,
  ): grpc.ClientUnaryCall;
  Login(
    argument: _lastword_v1_LoginRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_LoginResponse>,
  ): grpc.ClientUnaryCall;
  Login(
    argument: _lastword_v1_LoginRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_LoginResponse>,
  ): grpc.ClientUnaryCall;
  login(
    argument: _lastword_v1_LoginRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_LoginResponse>,
  ): grpc.ClientUnaryCall;
  login(
    argument: _lastword_v1_LoginRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_LoginResponse>,
  ): grpc.ClientUnaryCall;
  login(
    argument: _lastword_v1_LoginRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_LoginResponse>,
  ): grpc.ClientUnaryCall;
  login(
    argument: _lastword_v1_LoginRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_LoginResponse>,
  ): grpc.ClientUnaryCall;

  Logout(
    argument: _lastword_v1_LogoutRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_LogoutResponse>,
  ): grpc.ClientUnaryCall;
  Logout(
    argument: _lastword_v1_LogoutRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_LogoutResponse>,
  ): grpc.ClientUnaryCall;
  Logout(
    argument: _lastword_v1_LogoutRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_LogoutResponse>,
  ): grpc.ClientUnaryCall;
  Logout(
    argument: _lastword_v1_LogoutRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_LogoutResponse>,
  ): grpc.ClientUnaryCall;
  logout(
    argument: _lastword_v1_LogoutRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_LogoutResponse>,
  ): grpc.ClientUnaryCall;
  logout(
    argument: _lastword_v1_LogoutRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_LogoutResponse>,
  ): grpc.ClientUnaryCall;
  logout(
    argument: _lastword_v1_LogoutRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_LogoutResponse>,
  ): grpc.ClientUnaryCall;
  logout(
    argument: _lastword_v1_LogoutRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_LogoutResponse>,
  ): grpc.ClientUnaryCall;

  MarkRead(
    argument: _lastword_v1_MarkReadRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_MarkReadResponse>,
  ): grpc.ClientUnaryCall;
  MarkRead(
    argument: _lastword_v1_MarkReadRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_MarkReadResponse>,
  ): grpc.ClientUnaryCall;
  MarkRead(
    argument: _lastword_v1_MarkReadRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_MarkReadResponse>,
  ): grpc.ClientUnaryCall;
  MarkRead(
    argument: _lastword_v1_MarkReadRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_MarkReadResponse>,
  ): grpc.ClientUnaryCall;
  markRead(
    argument: _lastword_v1_MarkReadRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_MarkReadResponse>,
  ): grpc.ClientUnaryCall;
  markRead(
    argument: _lastword_v1_MarkReadRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_MarkReadResponse>,
  ): grpc.ClientUnaryCall;
  markRead(
    argument: _lastword_v1_MarkReadRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_MarkReadResponse>,
  ): grpc.ClientUnaryCall;
  markRead(
    argument: _lastword_v1_MarkReadRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_MarkReadResponse>,
  ): grpc.ClientUnaryCall;

  MarkUnread(
    argument: _lastword_v1_MarkUnreadRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_MarkUnreadResponse>,
  ): grpc.ClientUnaryCall;
  MarkUnread(
    argument: _lastword_v1_MarkUnreadRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_MarkUnreadResponse>,
  ): grpc.ClientUnaryCall;
  MarkUnread(
    argument: _lastword_v1_MarkUnreadRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_MarkUnreadResponse>,
  ): grpc.ClientUnaryCall;
  MarkUnread(
    argument: _lastword_v1_MarkUnreadRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_MarkUnreadResponse>,
  ): grpc.ClientUnaryCall;
  markUnread(
    argument: _lastword_v1_MarkUnreadRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_MarkUnreadResponse>,
  ): grpc.ClientUnaryCall;
  markUnread(
    argument: _lastword_v1_MarkUnreadRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_MarkUnreadResponse>,
  ): grpc.ClientUnaryCall;
  markUnread(
    argument: _lastword_v1_MarkUnreadRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_MarkUnreadResponse>,
  ): grpc.ClientUnaryCall;
  markUnread(
    argument: _lastword_v1_MarkUnreadRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_MarkUnreadResponse>,
  ): grpc.ClientUnaryCall;

  PinMessage(
    argument: _lastword_v1_PinMessageRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_PinMessageResponse>,
  ): grpc.ClientUnaryCall;
  PinMessage(
    argument: _lastword_v1_PinMessageRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_PinMessageResponse>,
  ): grpc.ClientUnaryCall;
  PinMessage(
    argument: _lastword_v1_PinMessageRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_PinMessageResponse>,
  ): grpc.ClientUnaryCall;
  PinMessage(
    argument: _lastword_v1_PinMessageRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_PinMessageResponse>,
  ): grpc.ClientUnaryCall;
  pinMessage(
    argument: _lastword_v1_PinMessageRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_PinMessageResponse>,
  ): grpc.ClientUnaryCall;
  pinMessage(
    argument: _lastword_v1_PinMessageRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_PinMessageResponse>,
  ): grpc.ClientUnaryCall;
  pinMessage(
    argument: _lastword_v1_PinMessageRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_PinMessageResponse>,
  ): grpc.ClientUnaryCall;
  pinMessage(
    argument: _lastword_v1_PinMessageRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_PinMessageResponse>,
  ): grpc.ClientUnaryCall;

  PutFile(
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_PutFileResponse>,
  ): grpc.ClientWritableStream<_lastword_v1_PutFileRequestInput>;
  PutFile(
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_PutFileResponse>,
  ): grpc.ClientWritableStream<_lastword_v1_PutFileRequestInput>;
  PutFile(
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_PutFileResponse>,
  ): grpc.ClientWritableStream<_lastword_v1_PutFileRequestInput>;
  PutFile(
    callback: grpc.requestCallback<Wire_lastword_v1_PutFileResponse>,
  ): grpc.ClientWritableStream<_lastword_v1_PutFileRequestInput>;
  putFile(
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_PutFileResponse>,
  ): grpc.ClientWritableStream<_lastword_v1_PutFileRequestInput>;
  putFile(
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_PutFileResponse>,
  ): grpc.ClientWritableStream<_lastword_v1_PutFileRequestInput>;
  putFile(
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_PutFileResponse>,
  ): grpc.ClientWritableStream<_lastword_v1_PutFileRequestInput>;
  putFile(
    callback: grpc.requestCallback<Wire_lastword_v1_PutFileResponse>,
  ): grpc.ClientWritableStream<_lastword_v1_PutFileRequestInput>;

  React(
    argument: _lastword_v1_ReactRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ReactResponse>,
  ): grpc.ClientUnaryCall;
  React(
    argument: _lastword_v1_ReactRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ReactResponse>,
  ): grpc.ClientUnaryCall;
  React(
    argument: _lastword_v1_ReactRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ReactResponse>,
  ): grpc.ClientUnaryCall;
  React(
    argument: _lastword_v1_ReactRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ReactResponse>,
  ): grpc.ClientUnaryCall;
  react(
    argument: _lastword_v1_ReactRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ReactResponse>,
  ): grpc.ClientUnaryCall;
  react(
    argument: _lastword_v1_ReactRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ReactResponse>,
  ): grpc.ClientUnaryCall;
  react(
    argument: _lastword_v1_ReactRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ReactResponse>,
  ): grpc.ClientUnaryCall;
  react(
    argument: _lastword_v1_ReactRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ReactResponse>,
  ): grpc.ClientUnaryCall;

  Register(
    argument: _lastword_v1_RegisterRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_RegisterResponse>,
  ): grpc.ClientUnaryCall;
  Register(
    argument: _lastword_v1_RegisterRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_RegisterResponse>,
  ): grpc.ClientUnaryCall;
  Register(
    argument: _lastword_v1_RegisterRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_RegisterResponse>,
  ): grpc.ClientUnaryCall;
  Register(
    argument: _lastword_v1_RegisterRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_RegisterResponse>,
  ): grpc.ClientUnaryCall;
  register(
    argument: _lastword_v1_RegisterRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_RegisterResponse>,
  ): grpc.ClientUnaryCall;
  register(
    argument: _lastword_v1_RegisterRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_RegisterResponse>,
  ): grpc.ClientUnaryCall;
  register(
    argument: _lastword_v1_RegisterRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_RegisterResponse>,
  ): grpc.ClientUnaryCall;
  register(
    argument: _lastword_v1_RegisterRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_RegisterResponse>,
  ): grpc.ClientUnaryCall;

  RemovePushSubscription(
    argument: _lastword_v1_RemovePushSubscriptionRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_RemovePushSubscriptionResponse>,
  ): grpc.ClientUnaryCall;
  RemovePushSubscription(
    argument: _lastword_v1_RemovePushSubscriptionRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_RemovePushSubscriptionResponse>,
  ): grpc.ClientUnaryCall;
  RemovePushSubscription(
    argument: _lastword_v1_RemovePushSubscriptionRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_RemovePushSubscriptionResponse>,
  ): grpc.ClientUnaryCall;
  RemovePushSubscription(
    argument: _lastword_v1_RemovePushSubscriptionRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_RemovePushSubscriptionResponse>,
  ): grpc.ClientUnaryCall;
  removePushSubscription(
    argument: _lastword_v1_RemovePushSubscriptionRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_RemovePushSubscriptionResponse>,
  ): grpc.ClientUnaryCall;
  removePushSubscription(
    argument: _lastword_v1_RemovePushSubscriptionRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_RemovePushSubscriptionResponse>,
  ): grpc.ClientUnaryCall;
  removePushSubscription(
    argument: _lastword_v1_RemovePushSubscriptionRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_RemovePushSubscriptionResponse>,
  ): grpc.ClientUnaryCall;
  removePushSubscription(
    argument: _lastword_v1_RemovePushSubscriptionRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_RemovePushSubscriptionResponse>,
  ): grpc.ClientUnaryCall;

  ReportMessage(
    argument: _lastword_v1_ReportMessageRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ReportMessageResponse>,
  ): grpc.ClientUnaryCall;
  ReportMessage(
    argument: _lastword_v1_ReportMessageRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ReportMessageResponse>,
  ): grpc.ClientUnaryCall;
  ReportMessage(
    argument: _lastword_v1_ReportMessageRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ReportMessageResponse>,
  ): grpc.ClientUnaryCall;
  ReportMessage(
    argument: _lastword_v1_ReportMessageRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ReportMessageResponse>,
  ): grpc.ClientUnaryCall;
  reportMessage(
    argument: _lastword_v1_ReportMessageRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ReportMessageResponse>,
  ): grpc.ClientUnaryCall;
  reportMessage(
    argument: _lastword_v1_ReportMessageRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ReportMessageResponse>,
  ): grpc.ClientUnaryCall;
  reportMessage(
    argument: _lastword_v1_ReportMessageRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ReportMessageResponse>,
  ): grpc.ClientUnaryCall;
  reportMessage(
    argument: _lastword_v1_ReportMessageRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ReportMessageResponse>,
  ): grpc.ClientUnaryCall;

  ResetPassword(
    argument: _lastword_v1_ResetPasswordRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ResetPasswordResponse>,
  ): grpc.ClientUnaryCall;
  ResetPassword(
    argument: _lastword_v1_ResetPasswordRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ResetPasswordResponse>,
  ): grpc.ClientUnaryCall;
  ResetPassword(
    argument: _lastword_v1_ResetPasswordRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ResetPasswordResponse>,
  ): grpc.ClientUnaryCall;
  ResetPassword(
    argument: _lastword_v1_ResetPasswordRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ResetPasswordResponse>,
  ): grpc.ClientUnaryCall;
  resetPassword(
    argument: _lastword_v1_ResetPasswordRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ResetPasswordResponse>,
  ): grpc.ClientUnaryCall;
  resetPassword(
    argument: _lastword_v1_ResetPasswordRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_ResetPasswordResponse>,
  ): grpc.ClientUnaryCall;
  resetPassword(
    argument: _lastword_v1_ResetPasswordRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_ResetPasswordResponse>,
  ): grpc.ClientUnaryCall;
  resetPassword(
    argument: _lastword_v1_ResetPasswordRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_ResetPasswordResponse>,
  ): grpc.ClientUnaryCall;

  RevokeInvite(
    argument: _lastword_v1_RevokeInviteRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_RevokeInviteResponse>,
  ): grpc.ClientUnaryCall;
  RevokeInvite(
    argument: _lastword_v1_RevokeInviteRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_RevokeInviteResponse>,
  ): grpc.ClientUnaryCall;
  RevokeInvite(
    argument: _lastword_v1_RevokeInviteRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_RevokeInviteResponse>,
  ): grpc.ClientUnaryCall;
  RevokeInvite(
    argument: _lastword_v1_RevokeInviteRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_RevokeInviteResponse>,
  ): grpc.ClientUnaryCall;
  revokeInvite(
    argument: _lastword_v1_RevokeInviteRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_RevokeInviteResponse>,
  ): grpc.ClientUnaryCall;
  revokeInvite(
    argument: _lastword_v1_RevokeInviteRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_RevokeInviteResponse>,
  ): grpc.ClientUnaryCall;
  revokeInvite(
    argument: _lastword_v1_RevokeInviteRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_RevokeInviteResponse>,
  ): grpc.ClientUnaryCall;
  revokeInvite(
    argument: _lastword_v1_RevokeInviteRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_RevokeInviteResponse>,
  ): grpc.ClientUnaryCall;

  SaveDraft(
    argument: _lastword_v1_SaveDraftRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SaveDraftResponse>,
  ): grpc.ClientUnaryCall;
  SaveDraft(
    argument: _lastword_v1_SaveDraftRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_SaveDraftResponse>,
  ): grpc.ClientUnaryCall;
  SaveDraft(
    argument: _lastword_v1_SaveDraftRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SaveDraftResponse>,
  ): grpc.ClientUnaryCall;
  SaveDraft(
    argument: _lastword_v1_SaveDraftRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_SaveDraftResponse>,
  ): grpc.ClientUnaryCall;
  saveDraft(
    argument: _lastword_v1_SaveDraftRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SaveDraftResponse>,
  ): grpc.ClientUnaryCall;
  saveDraft(
    argument: _lastword_v1_SaveDraftRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_SaveDraftResponse>,
  ): grpc.ClientUnaryCall;
  saveDraft(
    argument: _lastword_v1_SaveDraftRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SaveDraftResponse>,
  ): grpc.ClientUnaryCall;
  saveDraft(
    argument: _lastword_v1_SaveDraftRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_SaveDraftResponse>,
  ): grpc.ClientUnaryCall;

  SaveMessage(
    argument: _lastword_v1_SaveMessageRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SaveMessageResponse>,
  ): grpc.ClientUnaryCall;
  SaveMessage(
    argument: _lastword_v1_SaveMessageRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_SaveMessageResponse>,
  ): grpc.ClientUnaryCall;
  SaveMessage(
    argument: _lastword_v1_SaveMessageRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SaveMessageResponse>,
  ): grpc.ClientUnaryCall;
  SaveMessage(
    argument: _lastword_v1_SaveMessageRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_SaveMessageResponse>,
  ): grpc.ClientUnaryCall;
  saveMessage(
    argument: _lastword_v1_SaveMessageRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SaveMessageResponse>,
  ): grpc.ClientUnaryCall;
  saveMessage(
    argument: _lastword_v1_SaveMessageRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_SaveMessageResponse>,
  ): grpc.ClientUnaryCall;
  saveMessage(
    argument: _lastword_v1_SaveMessageRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SaveMessageResponse>,
  ): grpc.ClientUnaryCall;
  saveMessage(
    argument: _lastword_v1_SaveMessageRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_SaveMessageResponse>,
  ): grpc.ClientUnaryCall;

  Search(
    argument: _lastword_v1_SearchRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SearchResponse>,
  ): grpc.ClientUnaryCall;
  Search(
    argument: _lastword_v1_SearchRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_SearchResponse>,
  ): grpc.ClientUnaryCall;
  Search(
    argument: _lastword_v1_SearchRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SearchResponse>,
  ): grpc.ClientUnaryCall;
  Search(
    argument: _lastword_v1_SearchRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_SearchResponse>,
  ): grpc.ClientUnaryCall;
  search(
    argument: _lastword_v1_SearchRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SearchResponse>,
  ): grpc.ClientUnaryCall;
  search(
    argument: _lastword_v1_SearchRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_SearchResponse>,
  ): grpc.ClientUnaryCall;
  search(
    argument: _lastword_v1_SearchRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SearchResponse>,
  ): grpc.ClientUnaryCall;
  search(
    argument: _lastword_v1_SearchRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_SearchResponse>,
  ): grpc.ClientUnaryCall;

  SendMessage(
    argument: _lastword_v1_SendMessageRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SendMessageResponse>,
  ): grpc.ClientUnaryCall;
  SendMessage(
    argument: _lastword_v1_SendMessageRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_SendMessageResponse>,
  ): grpc.ClientUnaryCall;
  SendMessage(
    argument: _lastword_v1_SendMessageRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SendMessageResponse>,
  ): grpc.ClientUnaryCall;
  SendMessage(
    argument: _lastword_v1_SendMessageRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_SendMessageResponse>,
  ): grpc.ClientUnaryCall;
  sendMessage(
    argument: _lastword_v1_SendMessageRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SendMessageResponse>,
  ): grpc.ClientUnaryCall;
  sendMessage(
    argument: _lastword_v1_SendMessageRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_SendMessageResponse>,
  ): grpc.ClientUnaryCall;
  sendMessage(
    argument: _lastword_v1_SendMessageRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SendMessageResponse>,
  ): grpc.ClientUnaryCall;
  sendMessage(
    argument: _lastword_v1_SendMessageRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_SendMessageResponse>,
  ): grpc.ClientUnaryCall;

  SendStream(
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientDuplexStream<_lastword_v1_SendStreamRequestInput, Wire_lastword_v1_SendStreamResponse>;
  SendStream(
    options?: grpc.CallOptions,
  ): grpc.ClientDuplexStream<_lastword_v1_SendStreamRequestInput, Wire_lastword_v1_SendStreamResponse>;
  sendStream(
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientDuplexStream<_lastword_v1_SendStreamRequestInput, Wire_lastword_v1_SendStreamResponse>;
  sendStream(
    options?: grpc.CallOptions,
  ): grpc.ClientDuplexStream<_lastword_v1_SendStreamRequestInput, Wire_lastword_v1_SendStreamResponse>;

  SetActive(
    argument: _lastword_v1_SetActiveRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SetActiveResponse>,
  ): grpc.ClientUnaryCall;
  SetActive(
    argument: _lastword_v1_SetActiveRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_SetActiveResponse>,
  ): grpc.ClientUnaryCall;
  SetActive(
    argument: _lastword_v1_SetActiveRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SetActiveResponse>,
  ): grpc.ClientUnaryCall;
  SetActive(
    argument: _lastword_v1_SetActiveRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_SetActiveResponse>,
  ): grpc.ClientUnaryCall;
  setActive(
    argument: _lastword_v1_SetActiveRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SetActiveResponse>,
  ): grpc.ClientUnaryCall;
  setActive(
    argument: _lastword_v1_SetActiveRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_SetActiveResponse>,
  ): grpc.ClientUnaryCall;
  setActive(
    argument: _lastword_v1_SetActiveRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SetActiveResponse>,
  ): grpc.ClientUnaryCall;
  setActive(
    argument: _lastword_v1_SetActiveRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_SetActiveResponse>,
  ): grpc.ClientUnaryCall;

  SetPreference(
    argument: _lastword_v1_SetPreferenceRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SetPreferenceResponse>,
  ): grpc.ClientUnaryCall;
  SetPreference(
    argument: _lastword_v1_SetPreferenceRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_SetPreferenceResponse>,
  ): grpc.ClientUnaryCall;
  SetPreference(
    argument: _lastword_v1_SetPreferenceRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SetPreferenceResponse>,
  ): grpc.ClientUnaryCall;
  SetPreference(
    argument: _lastword_v1_SetPreferenceRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_SetPreferenceResponse>,
  ): grpc.ClientUnaryCall;
  setPreference(
    argument: _lastword_v1_SetPreferenceRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SetPreferenceResponse>,
  ): grpc.ClientUnaryCall;
  setPreference(
    argument: _lastword_v1_SetPreferenceRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_SetPreferenceResponse>,
  ): grpc.ClientUnaryCall;
  setPreference(
    argument: _lastword_v1_SetPreferenceRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SetPreferenceResponse>,
  ): grpc.ClientUnaryCall;
  setPreference(
    argument: _lastword_v1_SetPreferenceRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_SetPreferenceResponse>,
  ): grpc.ClientUnaryCall;

  SetProfile(
    argument: _lastword_v1_SetProfileRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SetProfileResponse>,
  ): grpc.ClientUnaryCall;
  SetProfile(
    argument: _lastword_v1_SetProfileRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_SetProfileResponse>,
  ): grpc.ClientUnaryCall;
  SetProfile(
    argument: _lastword_v1_SetProfileRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SetProfileResponse>,
  ): grpc.ClientUnaryCall;
  SetProfile(
    argument: _lastword_v1_SetProfileRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_SetProfileResponse>,
  ): grpc.ClientUnaryCall;
  setProfile(
    argument: _lastword_v1_SetProfileRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SetProfileResponse>,
  ): grpc.ClientUnaryCall;
  setProfile(
    argument: _lastword_v1_SetProfileRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_SetProfileResponse>,
  ): grpc.ClientUnaryCall;
  setProfile(
    argument: _lastword_v1_SetProfileRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SetProfileResponse>,
  ): grpc.ClientUnaryCall;
  setProfile(
    argument: _lastword_v1_SetProfileRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_SetProfileResponse>,
  ): grpc.ClientUnaryCall;

  SetRole(
    argument: _lastword_v1_SetRoleRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SetRoleResponse>,
  ): grpc.ClientUnaryCall;
  SetRole(
    argument: _lastword_v1_SetRoleRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_SetRoleResponse>,
  ): grpc.ClientUnaryCall;
  SetRole(
    argument: _lastword_v1_SetRoleRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SetRoleResponse>,
  ): grpc.ClientUnaryCall;
  SetRole(
    argument: _lastword_v1_SetRoleRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_SetRoleResponse>,
  ): grpc.ClientUnaryCall;
  setRole(
    argument: _lastword_v1_SetRoleRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SetRoleResponse>,
  ): grpc.ClientUnaryCall;
  setRole(
    argument: _lastword_v1_SetRoleRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_SetRoleResponse>,
  ): grpc.ClientUnaryCall;
  setRole(
    argument: _lastword_v1_SetRoleRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SetRoleResponse>,
  ): grpc.ClientUnaryCall;
  setRole(
    argument: _lastword_v1_SetRoleRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_SetRoleResponse>,
  ): grpc.ClientUnaryCall;

  SettleReport(
    argument: _lastword_v1_SettleReportRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SettleReportResponse>,
  ): grpc.ClientUnaryCall;
  SettleReport(
    argument: _lastword_v1_SettleReportRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_SettleReportResponse>,
  ): grpc.ClientUnaryCall;
  SettleReport(
    argument: _lastword_v1_SettleReportRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SettleReportResponse>,
  ): grpc.ClientUnaryCall;
  SettleReport(
    argument: _lastword_v1_SettleReportRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_SettleReportResponse>,
  ): grpc.ClientUnaryCall;
  settleReport(
    argument: _lastword_v1_SettleReportRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SettleReportResponse>,
  ): grpc.ClientUnaryCall;
  settleReport(
    argument: _lastword_v1_SettleReportRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_SettleReportResponse>,
  ): grpc.ClientUnaryCall;
  settleReport(
    argument: _lastword_v1_SettleReportRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_SettleReportResponse>,
  ): grpc.ClientUnaryCall;
  settleReport(
    argument: _lastword_v1_SettleReportRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_SettleReportResponse>,
  ): grpc.ClientUnaryCall;

  Subscribe(
    argument: _lastword_v1_SubscribeRequestInput,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<Wire_lastword_v1_SubscribeResponse>;
  Subscribe(
    argument: _lastword_v1_SubscribeRequestInput,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<Wire_lastword_v1_SubscribeResponse>;
  subscribe(
    argument: _lastword_v1_SubscribeRequestInput,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<Wire_lastword_v1_SubscribeResponse>;
  subscribe(
    argument: _lastword_v1_SubscribeRequestInput,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<Wire_lastword_v1_SubscribeResponse>;

  TestPushSubscription(
    argument: _lastword_v1_TestPushSubscriptionRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_TestPushSubscriptionResponse>,
  ): grpc.ClientUnaryCall;
  TestPushSubscription(
    argument: _lastword_v1_TestPushSubscriptionRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_TestPushSubscriptionResponse>,
  ): grpc.ClientUnaryCall;
  TestPushSubscription(
    argument: _lastword_v1_TestPushSubscriptionRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_TestPushSubscriptionResponse>,
  ): grpc.ClientUnaryCall;
  TestPushSubscription(
    argument: _lastword_v1_TestPushSubscriptionRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_TestPushSubscriptionResponse>,
  ): grpc.ClientUnaryCall;
  testPushSubscription(
    argument: _lastword_v1_TestPushSubscriptionRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_TestPushSubscriptionResponse>,
  ): grpc.ClientUnaryCall;
  testPushSubscription(
    argument: _lastword_v1_TestPushSubscriptionRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<Wire_lastword_v1_TestPushSubscriptionResponse>,
  ): grpc.ClientUnaryCall;
  testPushSubscription(
    argument: _lastword_v1_TestPushSubscriptionRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Wire_lastword_v1_TestPushSubscriptionResponse>,
  ): grpc.ClientUnaryCall;
  testPushSubscription(
    argument: _lastword_v1_TestPushSubscriptionRequestInput,
    callback: grpc.requestCallback<Wire_lastword_v1_TestPushSubscriptionResponse>,
  ): grpc.ClientUnaryCall;
}

export interface ChatHandlers extends grpc.UntypedServiceImplementation {
  AddPushSubscription: grpc.handleUnaryCall<
    Wire_lastword_v1_AddPushSubscriptionRequest,
    _lastword_v1_AddPushSubscriptionResponseInput
  >;

  ChangePassword: grpc.handleUnaryCall<
    Wire_lastword_v1_ChangePasswordRequest,
    _lastword_v1_ChangePasswordResponseInput
  >;

  ChangeRoom: grpc.handleUnaryCall<Wire_lastword_v1_ChangeRoomRequest, _lastword_v1_ChangeRoomResponseInput>;

  ClusterStatus: grpc.handleUnaryCall<Wire_lastword_v1_ClusterStatusRequest, _lastword_v1_ClusterStatusResponseInput>;

  CreateInvite: grpc.handleUnaryCall<Wire_lastword_v1_CreateInviteRequest, _lastword_v1_CreateInviteResponseInput>;

  CreateReset: grpc.handleUnaryCall<Wire_lastword_v1_CreateResetRequest, _lastword_v1_CreateResetResponseInput>;

  CreateRoom: grpc.handleUnaryCall<Wire_lastword_v1_CreateRoomRequest, _lastword_v1_CreateRoomResponseInput>;

  DeleteAccount: grpc.handleUnaryCall<Wire_lastword_v1_DeleteAccountRequest, _lastword_v1_DeleteAccountResponseInput>;

  DeleteMessages: grpc.handleUnaryCall<
    Wire_lastword_v1_DeleteMessagesRequest,
    _lastword_v1_DeleteMessagesResponseInput
  >;

  EditMessage: grpc.handleUnaryCall<Wire_lastword_v1_EditMessageRequest, _lastword_v1_EditMessageResponseInput>;

  EndSession: grpc.handleUnaryCall<Wire_lastword_v1_EndSessionRequest, _lastword_v1_EndSessionResponseInput>;

  FollowThread: grpc.handleUnaryCall<Wire_lastword_v1_FollowThreadRequest, _lastword_v1_FollowThreadResponseInput>;

  GetFile: grpc.handleServerStreamingCall<Wire_lastword_v1_GetFileRequest, _lastword_v1_GetFileResponseInput>;

  GetMessages: grpc.handleUnaryCall<Wire_lastword_v1_GetMessagesRequest, _lastword_v1_GetMessagesResponseInput>;

  GetPerson: grpc.handleUnaryCall<Wire_lastword_v1_GetPersonRequest, _lastword_v1_GetPersonResponseInput>;

  GetUpload: grpc.handleUnaryCall<Wire_lastword_v1_GetUploadRequest, _lastword_v1_GetUploadResponseInput>;

  JoinRoom: grpc.handleUnaryCall<Wire_lastword_v1_JoinRoomRequest, _lastword_v1_JoinRoomResponseInput>;

  LeaveRoom: grpc.handleUnaryCall<Wire_lastword_v1_LeaveRoomRequest, _lastword_v1_LeaveRoomResponseInput>;

  ListActivity: grpc.handleUnaryCall<Wire_lastword_v1_ListActivityRequest, _lastword_v1_ListActivityResponseInput>;

  ListAudit: grpc.handleUnaryCall<Wire_lastword_v1_ListAuditRequest, _lastword_v1_ListAuditResponseInput>;

  ListConversations: grpc.handleUnaryCall<
    Wire_lastword_v1_ListConversationsRequest,
    _lastword_v1_ListConversationsResponseInput
  >;

  ListDrafts: grpc.handleUnaryCall<Wire_lastword_v1_ListDraftsRequest, _lastword_v1_ListDraftsResponseInput>;

  ListInvites: grpc.handleUnaryCall<Wire_lastword_v1_ListInvitesRequest, _lastword_v1_ListInvitesResponseInput>;

  ListPins: grpc.handleUnaryCall<Wire_lastword_v1_ListPinsRequest, _lastword_v1_ListPinsResponseInput>;

  ListPushSubscriptions: grpc.handleUnaryCall<
    Wire_lastword_v1_ListPushSubscriptionsRequest,
    _lastword_v1_ListPushSubscriptionsResponseInput
  >;

  ListReports: grpc.handleUnaryCall<Wire_lastword_v1_ListReportsRequest, _lastword_v1_ListReportsResponseInput>;

  ListRoomPeople: grpc.handleUnaryCall<
    Wire_lastword_v1_ListRoomPeopleRequest,
    _lastword_v1_ListRoomPeopleResponseInput
  >;

  ListRooms: grpc.handleUnaryCall<Wire_lastword_v1_ListRoomsRequest, _lastword_v1_ListRoomsResponseInput>;

  ListSaved: grpc.handleUnaryCall<Wire_lastword_v1_ListSavedRequest, _lastword_v1_ListSavedResponseInput>;

  ListSessions: grpc.handleUnaryCall<Wire_lastword_v1_ListSessionsRequest, _lastword_v1_ListSessionsResponseInput>;

  ListThreads: grpc.handleUnaryCall<Wire_lastword_v1_ListThreadsRequest, _lastword_v1_ListThreadsResponseInput>;

  ListUsers: grpc.handleUnaryCall<Wire_lastword_v1_ListUsersRequest, _lastword_v1_ListUsersResponseInput>;

  ListVersions: grpc.handleUnaryCall<Wire_lastword_v1_ListVersionsRequest, _lastword_v1_ListVersionsResponseInput>;

  Login: grpc.handleUnaryCall<Wire_lastword_v1_LoginRequest, _lastword_v1_LoginResponseInput>;

  Logout: grpc.handleUnaryCall<Wire_lastword_v1_LogoutRequest, _lastword_v1_LogoutResponseInput>;

  MarkRead: grpc.handleUnaryCall<Wire_lastword_v1_MarkReadRequest, _lastword_v1_MarkReadResponseInput>;

  MarkUnread: grpc.handleUnaryCall<Wire_lastword_v1_MarkUnreadRequest, _lastword_v1_MarkUnreadResponseInput>;

  PinMessage: grpc.handleUnaryCall<Wire_lastword_v1_PinMessageRequest, _lastword_v1_PinMessageResponseInput>;

  PutFile: grpc.handleClientStreamingCall<Wire_lastword_v1_PutFileRequest, _lastword_v1_PutFileResponseInput>;

  React: grpc.handleUnaryCall<Wire_lastword_v1_ReactRequest, _lastword_v1_ReactResponseInput>;

  Register: grpc.handleUnaryCall<Wire_lastword_v1_RegisterRequest, _lastword_v1_RegisterResponseInput>;

  RemovePushSubscription: grpc.handleUnaryCall<
    Wire_lastword_v1_RemovePushSubscriptionRequest,
    _lastword_v1_RemovePushSubscriptionResponseInput
  >;

  ReportMessage: grpc.handleUnaryCall<Wire_lastword_v1_ReportMessageRequest, _lastword_v1_ReportMessageResponseInput>;

  ResetPassword: grpc.handleUnaryCall<Wire_lastword_v1_ResetPasswordRequest, _lastword_v1_ResetPasswordResponseInput>;

  RevokeInvite: grpc.handleUnaryCall<Wire_lastword_v1_RevokeInviteRequest, _lastword_v1_RevokeInviteResponseInput>;

  SaveDraft: grpc.handleUnaryCall<Wire_lastword_v1_SaveDraftRequest, _lastword_v1_SaveDraftResponseInput>;

  SaveMessage: grpc.handleUnaryCall<Wire_lastword_v1_SaveMessageRequest, _lastword_v1_SaveMessageResponseInput>;

  Search: grpc.handleUnaryCall<Wire_lastword_v1_SearchRequest, _lastword_v1_SearchResponseInput>;

  SendMessage: grpc.handleUnaryCall<Wire_lastword_v1_SendMessageRequest, _lastword_v1_SendMessageResponseInput>;

  SendStream: grpc.handleBidiStreamingCall<Wire_lastword_v1_SendStreamRequest, _lastword_v1_SendStreamResponseInput>;

  SetActive: grpc.handleUnaryCall<Wire_lastword_v1_SetActiveRequest, _lastword_v1_SetActiveResponseInput>;

  SetPreference: grpc.handleUnaryCall<Wire_lastword_v1_SetPreferenceRequest, _lastword_v1_SetPreferenceResponseInput>;

  SetProfile: grpc.handleUnaryCall<Wire_lastword_v1_SetProfileRequest, _lastword_v1_SetProfileResponseInput>;

  SetRole: grpc.handleUnaryCall<Wire_lastword_v1_SetRoleRequest, _lastword_v1_SetRoleResponseInput>;

  SettleReport: grpc.handleUnaryCall<Wire_lastword_v1_SettleReportRequest, _lastword_v1_SettleReportResponseInput>;

  Subscribe: grpc.handleServerStreamingCall<Wire_lastword_v1_SubscribeRequest, _lastword_v1_SubscribeResponseInput>;

  TestPushSubscription: grpc.handleUnaryCall<
    Wire_lastword_v1_TestPushSubscriptionRequest,
    _lastword_v1_TestPushSubscriptionResponseInput
  >;
}

export interface ChatDefinition extends grpc.ServiceDefinition {
  AddPushSubscription: MethodDefinition<
    _lastword_v1_AddPushSubscriptionRequestInput,
    _lastword_v1_AddPushSubscriptionResponseInput,
    Wire_lastword_v1_AddPushSubscriptionRequest,
    Wire_lastword_v1_AddPushSubscriptionResponse
  >;
  ChangePassword: MethodDefinition<
    _lastword_v1_ChangePasswordRequestInput,
    _lastword_v1_ChangePasswordResponseInput,
    Wire_lastword_v1_ChangePasswordRequest,
    Wire_lastword_v1_ChangePasswordResponse
  >;
  ChangeRoom: MethodDefinition<
    _lastword_v1_ChangeRoomRequestInput,
    _lastword_v1_ChangeRoomResponseInput,
    Wire_lastword_v1_ChangeRoomRequest,
    Wire_lastword_v1_ChangeRoomResponse
  >;
  ClusterStatus: MethodDefinition<
    _lastword_v1_ClusterStatusRequestInput,
    _lastword_v1_ClusterStatusResponseInput,
    Wire_lastword_v1_ClusterStatusRequest,
    Wire_lastword_v1_ClusterStatusResponse
  >;
  CreateInvite: MethodDefinition<
    _lastword_v1_CreateInviteRequestInput,
    _lastword_v1_CreateInviteResponseInput,
    Wire_lastword_v1_CreateInviteRequest,
    Wire_lastword_v1_CreateInviteResponse
  >;
  CreateReset: MethodDefinition<
    _lastword_v1_CreateResetRequestInput,
    _lastword_v1_CreateResetResponseInput,
    Wire_lastword_v1_CreateResetRequest,
    Wire_lastword_v1_CreateResetResponse
  >;
  CreateRoom: MethodDefinition<
    _lastword_v1_CreateRoomRequestInput,
    _lastword_v1_CreateRoomResponseInput,
    Wire_lastword_v1_CreateRoomRequest,
    Wire_lastword_v1_CreateRoomResponse
  >;
  DeleteAccount: MethodDefinition<
    _lastword_v1_DeleteAccountRequestInput,
    _lastword_v1_DeleteAccountResponseInput,
    Wire_lastword_v1_DeleteAccountRequest,
    Wire_lastword_v1_DeleteAccountResponse
  >;
  DeleteMessages: MethodDefinition<
    _lastword_v1_DeleteMessagesRequestInput,
    _lastword_v1_DeleteMessagesResponseInput,
    Wire_lastword_v1_DeleteMessagesRequest,
    Wire_lastword_v1_DeleteMessagesResponse
  >;
  EditMessage: MethodDefinition<
    _lastword_v1_EditMessageRequestInput,
    _lastword_v1_EditMessageResponseInput,
    Wire_lastword_v1_EditMessageRequest,
    Wire_lastword_v1_EditMessageResponse
  >;
  EndSession: MethodDefinition<
    _lastword_v1_EndSessionRequestInput,
    _lastword_v1_EndSessionResponseInput,
    Wire_lastword_v1_EndSessionRequest,
    Wire_lastword_v1_EndSessionResponse
  >;
  FollowThread: MethodDefinition<
    _lastword_v1_FollowThreadRequestInput,
    _lastword_v1_FollowThreadResponseInput,
    Wire_lastword_v1_FollowThreadRequest,
    Wire_lastword_v1_FollowThreadResponse
  >;
  GetFile: MethodDefinition<
    _lastword_v1_GetFileRequestInput,
    _lastword_v1_GetFileResponseInput,
    Wire_lastword_v1_GetFileRequest,
    Wire_lastword_v1_GetFileResponse
  >;
  GetMessages: MethodDefinition<
    _lastword_v1_GetMessagesRequestInput,
    _lastword_v1_GetMessagesResponseInput,
    Wire_lastword_v1_GetMessagesRequest,
    Wire_lastword_v1_GetMessagesResponse
  >;
  GetPerson: MethodDefinition<
    _lastword_v1_GetPersonRequestInput,
    _lastword_v1_GetPersonResponseInput,
    Wire_lastword_v1_GetPersonRequest,
    Wire_lastword_v1_GetPersonResponse
  >;
  GetUpload: MethodDefinition<
    _lastword_v1_GetUploadRequestInput,
    _lastword_v1_GetUploadResponseInput,
    Wire_lastword_v1_GetUploadRequest,
    Wire_lastword_v1_GetUploadResponse
  >;
  JoinRoom: MethodDefinition<
    _lastword_v1_JoinRoomRequestInput,
    _lastword_v1_JoinRoomResponseInput,
    Wire_lastword_v1_JoinRoomRequest,
    Wire_lastword_v1_JoinRoomResponse
  >;
  LeaveRoom: MethodDefinition<
    _lastword_v1_LeaveRoomRequestInput,
    _lastword_v1_LeaveRoomResponseInput,
    Wire_lastword_v1_LeaveRoomRequest,
    Wire_lastword_v1_LeaveRoomResponse
  >;
  ListActivity: MethodDefinition<
    _lastword_v1_ListActivityRequestInput,
    _lastword_v1_ListActivityResponseInput,
    Wire_lastword_v1_ListActivityRequest,
    Wire_lastword_v1_ListActivityResponse
  >;
  ListAudit: MethodDefinition<
    _lastword_v1_ListAuditRequestInput,
    _lastword_v1_ListAuditResponseInput,
    Wire_lastword_v1_ListAuditRequest,
    Wire_lastword_v1_ListAuditResponse
  >;
  ListConversations: MethodDefinition<
    _lastword_v1_ListConversationsRequestInput,
    _lastword_v1_ListConversationsResponseInput,
    Wire_lastword_v1_ListConversationsRequest,
    Wire_lastword_v1_ListConversationsResponse
  >;
  ListDrafts: MethodDefinition<
    _lastword_v1_ListDraftsRequestInput,
    _lastword_v1_ListDraftsResponseInput,
    Wire_lastword_v1_ListDraftsRequest,
    Wire_lastword_v1_ListDraftsResponse
  >;
  ListInvites: MethodDefinition<
    _lastword_v1_ListInvitesRequestInput,
    _lastword_v1_ListInvitesResponseInput,
    Wire_lastword_v1_ListInvitesRequest,
    Wire_lastword_v1_ListInvitesResponse
  >;
  ListPins: MethodDefinition<
    _lastword_v1_ListPinsRequestInput,
    _lastword_v1_ListPinsResponseInput,
    Wire_lastword_v1_ListPinsRequest,
    Wire_lastword_v1_ListPinsResponse
  >;
  ListPushSubscriptions: MethodDefinition<
    _lastword_v1_ListPushSubscriptionsRequestInput,
    _lastword_v1_ListPushSubscriptionsResponseInput,
    Wire_lastword_v1_ListPushSubscriptionsRequest,
    Wire_lastword_v1_ListPushSubscriptionsResponse
  >;
  ListReports: MethodDefinition<
    _lastword_v1_ListReportsRequestInput,
    _lastword_v1_ListReportsResponseInput,
    Wire_lastword_v1_ListReportsRequest,
    Wire_lastword_v1_ListReportsResponse
  >;
  ListRoomPeople: MethodDefinition<
    _lastword_v1_ListRoomPeopleRequestInput,
    _lastword_v1_ListRoomPeopleResponseInput,
    Wire_lastword_v1_ListRoomPeopleRequest,
    Wire_lastword_v1_ListRoomPeopleResponse
  >;
  ListRooms: MethodDefinition<
    _lastword_v1_ListRoomsRequestInput,
    _lastword_v1_ListRoomsResponseInput,
    Wire_lastword_v1_ListRoomsRequest,
    Wire_lastword_v1_ListRoomsResponse
  >;
  ListSaved: MethodDefinition<
    _lastword_v1_ListSavedRequestInput,
    _lastword_v1_ListSavedResponseInput,
    Wire_lastword_v1_ListSavedRequest,
    Wire_lastword_v1_ListSavedResponse
  >;
  ListSessions: MethodDefinition<
    _lastword_v1_ListSessionsRequestInput,
    _lastword_v1_ListSessionsResponseInput,
    Wire_lastword_v1_ListSessionsRequest,
    Wire_lastword_v1_ListSessionsResponse
  >;
  ListThreads: MethodDefinition<
    _lastword_v1_ListThreadsRequestInput,
    _lastword_v1_ListThreadsResponseInput,
    Wire_lastword_v1_ListThreadsRequest,
    Wire_lastword_v1_ListThreadsResponse
  >;
  ListUsers: MethodDefinition<
    _lastword_v1_ListUsersRequestInput,
    _lastword_v1_ListUsersResponseInput,
    Wire_lastword_v1_ListUsersRequest,
    Wire_lastword_v1_ListUsersResponse
  >;
  ListVersions: MethodDefinition<
    _lastword_v1_ListVersionsRequestInput,
    _lastword_v1_ListVersionsResponseInput,
    Wire_lastword_v1_ListVersionsRequest,
    Wire_lastword_v1_ListVersionsResponse
  >;
  Login: MethodDefinition<
    _lastword_v1_LoginRequestInput,
    _lastword_v1_LoginResponseInput,
    Wire_lastword_v1_LoginRequest,
    Wire_lastword_v1_LoginResponse
  >;
  Logout: MethodDefinition<
    _lastword_v1_LogoutRequestInput,
    _lastword_v1_LogoutResponseInput,
    Wire_lastword_v1_LogoutRequest,
    Wire_lastword_v1_LogoutResponse
  >;
  MarkRead: MethodDefinition<
    _lastword_v1_MarkReadRequestInput,
    _lastword_v1_MarkReadResponseInput,
    Wire_lastword_v1_MarkReadRequest,
    Wire_lastword_v1_MarkReadResponse
  >;
  MarkUnread: MethodDefinition<
    _lastword_v1_MarkUnreadRequestInput,
    _lastword_v1_MarkUnreadResponseInput,
    Wire_lastword_v1_MarkUnreadRequest,
    Wire_lastword_v1_MarkUnreadResponse
  >;
  PinMessage: MethodDefinition<
    _lastword_v1_PinMessageRequestInput,
    _lastword_v1_PinMessageResponseInput,
    Wire_lastword_v1_PinMessageRequest,
    Wire_lastword_v1_PinMessageResponse
  >;
  PutFile: MethodDefinition<
    _lastword_v1_PutFileRequestInput,
    _lastword_v1_PutFileResponseInput,
    Wire_lastword_v1_PutFileRequest,
    Wire_lastword_v1_PutFileResponse
  >;
  React: MethodDefinition<
    _lastword_v1_ReactRequestInput,
    _lastword_v1_ReactResponseInput,
    Wire_lastword_v1_ReactRequest,
    Wire_lastword_v1_ReactResponse
  >;
  Register: MethodDefinition<
    _lastword_v1_RegisterRequestInput,
    _lastword_v1_RegisterResponseInput,
    Wire_lastword_v1_RegisterRequest,
    Wire_lastword_v1_RegisterResponse
  >;
  RemovePushSubscription: MethodDefinition<
    _lastword_v1_RemovePushSubscriptionRequestInput,
    _lastword_v1_RemovePushSubscriptionResponseInput,
    Wire_lastword_v1_RemovePushSubscriptionRequest,
    Wire_lastword_v1_RemovePushSubscriptionResponse
  >;
  ReportMessage: MethodDefinition<
    _lastword_v1_ReportMessageRequestInput,
    _lastword_v1_ReportMessageResponseInput,
    Wire_lastword_v1_ReportMessageRequest,
    Wire_lastword_v1_ReportMessageResponse
  >;
  ResetPassword: MethodDefinition<
    _lastword_v1_ResetPasswordRequestInput,
    _lastword_v1_ResetPasswordResponseInput,
    Wire_lastword_v1_ResetPasswordRequest,
    Wire_lastword_v1_ResetPasswordResponse
  >;
  RevokeInvite: MethodDefinition<
    _lastword_v1_RevokeInviteRequestInput,
    _lastword_v1_RevokeInviteResponseInput,
    Wire_lastword_v1_RevokeInviteRequest,
    Wire_lastword_v1_RevokeInviteResponse
  >;
  SaveDraft: MethodDefinition<
    _lastword_v1_SaveDraftRequestInput,
    _lastword_v1_SaveDraftResponseInput,
    Wire_lastword_v1_SaveDraftRequest,
    Wire_lastword_v1_SaveDraftResponse
  >;
  SaveMessage: MethodDefinition<
    _lastword_v1_SaveMessageRequestInput,
    _lastword_v1_SaveMessageResponseInput,
    Wire_lastword_v1_SaveMessageRequest,
    Wire_lastword_v1_SaveMessageResponse
  >;
  Search: MethodDefinition<
    _lastword_v1_SearchRequestInput,
    _lastword_v1_SearchResponseInput,
    Wire_lastword_v1_SearchRequest,
    Wire_lastword_v1_SearchResponse
  >;
  SendMessage: MethodDefinition<
    _lastword_v1_SendMessageRequestInput,
    _lastword_v1_SendMessageResponseInput,
    Wire_lastword_v1_SendMessageRequest,
    Wire_lastword_v1_SendMessageResponse
  >;
  SendStream: MethodDefinition<
    _lastword_v1_SendStreamRequestInput,
    _lastword_v1_SendStreamResponseInput,
    Wire_lastword_v1_SendStreamRequest,
    Wire_lastword_v1_SendStreamResponse
  >;
  SetActive: MethodDefinition<
    _lastword_v1_SetActiveRequestInput,
    _lastword_v1_SetActiveResponseInput,
    Wire_lastword_v1_SetActiveRequest,
    Wire_lastword_v1_SetActiveResponse
  >;
  SetPreference: MethodDefinition<
    _lastword_v1_SetPreferenceRequestInput,
    _lastword_v1_SetPreferenceResponseInput,
    Wire_lastword_v1_SetPreferenceRequest,
    Wire_lastword_v1_SetPreferenceResponse
  >;
  SetProfile: MethodDefinition<
    _lastword_v1_SetProfileRequestInput,
    _lastword_v1_SetProfileResponseInput,
    Wire_lastword_v1_SetProfileRequest,
    Wire_lastword_v1_SetProfileResponse
  >;
  SetRole: MethodDefinition<
    _lastword_v1_SetRoleRequestInput,
    _lastword_v1_SetRoleResponseInput,
    Wire_lastword_v1_SetRoleRequest,
    Wire_lastword_v1_SetRoleResponse
  >;
  SettleReport: MethodDefinition<
    _lastword_v1_SettleReportRequestInput,
    _lastword_v1_SettleReportResponseInput,
    Wire_lastword_v1_SettleReportRequest,
    Wire_lastword_v1_SettleReportResponse
  >;
  Subscribe: MethodDefinition<
    _lastword_v1_SubscribeRequestInput,
    _lastword_v1_SubscribeResponseInput,
    Wire_lastword_v1_SubscribeRequest,
    Wire_lastword_v1_SubscribeResponse
  >;
  TestPushSubscription: MethodDefinition<
    _lastword_v1_TestPushSubscriptionRequestInput,
    _lastword_v1_TestPushSubscriptionResponseInput,
    Wire_lastword_v1_TestPushSubscriptionRequest,
    Wire_lastword_v1_TestPushSubscriptionResponse
  >;
}
