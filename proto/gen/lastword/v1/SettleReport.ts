// Original file: op.proto

export interface SettleReportInput {
  message?: string;
  by?: string;
  done?: boolean;
}

export interface WireSettleReport {
  message: string;
  by: string;
  done: boolean;
}
