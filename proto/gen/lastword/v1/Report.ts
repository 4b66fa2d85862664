// Original file: op.proto

export interface ReportInput {
  message?: string;
  conversation?: string;
  why?: string;
  words?: string;
}

export interface WireReport {
  message: string;
  conversation: string;
  why: string;
  words: string;
}
