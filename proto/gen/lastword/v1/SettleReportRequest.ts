// Original file: chat.proto

export interface SettleReportRequestInput {
  messageId?: string;
  by?: string;
  reopen?: boolean;
  clientId?: string;
}

export interface WireSettleReportRequest {
  messageId: string;
  by: string;
  reopen: boolean;
  clientId: string;
}
