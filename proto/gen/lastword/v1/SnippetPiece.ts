// Original file: chat.proto

export interface SnippetPieceInput {
  text?: string;
  hit?: boolean;
}

export interface WireSnippetPiece {
  text: string;
  hit: boolean;
}
