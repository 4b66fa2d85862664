// Original file: op.proto

export interface NameGroupInput {
  room?: string;
  name?: string;
  folded?: string;
  skeleton?: string;
  topic?: string;
  historyFromJoining?: boolean;
  people?: string[];
}

export interface WireNameGroup {
  room: string;
  name: string;
  folded: string;
  skeleton: string;
  topic: string;
  historyFromJoining: boolean;
  people: string[];
}
