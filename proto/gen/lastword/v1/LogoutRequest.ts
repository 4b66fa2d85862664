// Original file: chat.proto

export interface LogoutRequestInput {}

export interface WireLogoutRequest {}
