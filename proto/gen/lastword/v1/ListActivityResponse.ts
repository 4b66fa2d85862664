// Original file: chat.proto

import type {
  ActivityInput as _lastword_v1_ActivityInput,
  WireActivity as Wire_lastword_v1_Activity,
} from "../../lastword/v1/Activity.ts";

export interface ListActivityResponseInput {
  cursor?: string;
  activities?: _lastword_v1_ActivityInput[];
}

export interface WireListActivityResponse {
  cursor: string;
  activities: Wire_lastword_v1_Activity[];
}
