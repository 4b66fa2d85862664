// Original file: chat.proto

export interface ReactionInput {
  emoji?: string;
  userIds?: string[];
  names?: string[];
}

export interface WireReaction {
  emoji: string;
  userIds: string[];
  names: string[];
}
