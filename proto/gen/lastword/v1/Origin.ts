// Original file: op.proto

export interface OriginInput {
  replica?: number;
  view?: string;
}

export interface WireOrigin {
  replica: number;
  view: string;
}
