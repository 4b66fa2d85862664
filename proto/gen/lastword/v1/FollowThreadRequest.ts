// Original file: chat.proto

export interface FollowThreadRequestInput {
  messageId?: string;
  unfollow?: boolean;
  clientId?: string;
}

export interface WireFollowThreadRequest {
  messageId: string;
  unfollow: boolean;
  clientId: string;
}
