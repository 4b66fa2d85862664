// Original file: op.proto

export interface _lastword_v1_Drafts_DraftInput {
  user?: string;
  session?: string;
  conversation?: string;
  body?: string;
}

export interface Wire_lastword_v1_Drafts_Draft {
  user: string;
  session: string;
  conversation: string;
  body: string;
}

export interface DraftsInput {
  drafts?: _lastword_v1_Drafts_DraftInput[];
}

export interface WireDrafts {
  drafts: Wire_lastword_v1_Drafts_Draft[];
}
