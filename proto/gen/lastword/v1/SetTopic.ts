// Original file: op.proto

export interface SetTopicInput {
  room?: string;
  topic?: string;
}

export interface WireSetTopic {
  room: string;
  topic: string;
}
