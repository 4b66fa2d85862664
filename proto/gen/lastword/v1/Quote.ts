// Original file: chat.proto

export interface QuoteInput {
  messageId?: string;
  authorId?: string;
  authorName?: string;
  text?: string;
  gone?: boolean;
}

export interface WireQuote {
  messageId: string;
  authorId: string;
  authorName: string;
  text: string;
  gone: boolean;
}
