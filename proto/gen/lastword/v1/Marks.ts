// Original file: op.proto

import type { MarkInput as _lastword_v1_MarkInput, WireMark as Wire_lastword_v1_Mark } from "../../lastword/v1/Mark.ts";

export interface MarksInput {
  marks?: _lastword_v1_MarkInput[];
}

export interface WireMarks {
  marks: Wire_lastword_v1_Mark[];
}
