// Original file: chat.proto

export interface ReportMessageRequestInput {
  messageId?: string;
  why?: string;
  clientId?: string;
}

export interface WireReportMessageRequest {
  messageId: string;
  why: string;
  clientId: string;
}
