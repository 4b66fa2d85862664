// Original file: chat.proto

export interface ReportMessageResponseInput {
  cursor?: string;
}

export interface WireReportMessageResponse {
  cursor: string;
}
