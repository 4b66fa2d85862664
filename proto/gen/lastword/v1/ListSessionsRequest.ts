// Original file: chat.proto

export interface ListSessionsRequestInput {}

export interface WireListSessionsRequest {}
