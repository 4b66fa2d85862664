// Original file: peer.proto

export interface _lastword_v1_Typing_PlaceInput {
  conversationId?: string;
  userId?: string;
}

export interface Wire_lastword_v1_Typing_Place {
  conversationId: string;
  userId: string;
}

export interface TypingInput {
  places?: _lastword_v1_Typing_PlaceInput[];
}

export interface WireTyping {
  places: Wire_lastword_v1_Typing_Place[];
}
