// Original file: chat.proto

export interface PreferencesInput {
  starred?: boolean;
  muted?: boolean;
  level?: string;
  notify?: string;
}

export interface WirePreferences {
  starred: boolean;
  muted: boolean;
  level: string;
  notify: string;
}
