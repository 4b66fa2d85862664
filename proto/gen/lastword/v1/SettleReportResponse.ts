// Original file: chat.proto

export interface SettleReportResponseInput {
  cursor?: string;
}

export interface WireSettleReportResponse {
  cursor: string;
}
