/** The call with which people say something about themselves: a part of the interface of the chat. */
import type { Answer } from "./errors.ts";
import type { ClientId } from "./ids.ts";
import type { Session, UserView } from "./chat-service.ts";

/** What a user sets; what is absent stays as it is. */
export interface ProfileInput {
  /** 1 to DISPLAY_NAME_CHARS_MAX characters; "": the name of the account. */
  readonly displayName?: string;
  readonly status?: {
    /** One emoji; "": none. */
    readonly emoji: string;
    /** At most STATUS_CHARS_MAX characters on one line; "": none. */
    readonly text: string;
    /** After how long it ends, at most STATUS_SECONDS_MAX; absent or 0: `untilMicros` says. */
    readonly seconds?: number;
    /** When it ends; absent or 0: it does not. */
    readonly untilMicros?: number;
  };
  /** IANA name, in any case; "": none. */
  readonly timeZone?: string;
}

export interface ProfileCalls {
  /**
   * Says how the user wants to be called, what she is at, and in which time zone she is; answers with the user. Errors,
   * each with its field: invalid, too_long, name_taken (the display name looks like the name of another account).
   */
  setProfile(session: Session, input: ProfileInput & { readonly clientId: ClientId }): Promise<Answer<UserView>>;
}
