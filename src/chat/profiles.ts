/** What people say about themselves: the name by which they want to be called, a status, a time zone. */
import type { UserId } from "./ids.ts";
import type { Seq } from "../election/view.ts";

/** What somebody is at. */
export interface Status {
  /** One emoji; "": none. */
  readonly emoji: string;
  /** At most STATUS_CHARS_MAX characters; "": none. */
  readonly text: string;
  /** When it ends; 0: it does not. */
  readonly untilMicros: number;
}

/** One user's. No row: NO_PROFILE. Of each field the tag of the op that set it last (kinds/tags.ts). */
export interface ProfileRow extends Status {
  readonly user: UserId;
  /** 1 to DISPLAY_NAME_CHARS_MAX characters; "": the name of the account. */
  readonly displayName: string;
  /** For those who search (service/names.ts). */
  readonly folded: string;
  /** The name with look-alike letters made equal. While it is the name of another account, it is not shown. */
  readonly skeleton: string;
  readonly nameTag: string;
  readonly statusTag: string;
  /** IANA name; "": none. */
  readonly timeZone: string;
  readonly zoneTag: string;
  /** The op that last changed one of these. */
  readonly changedSeq: Seq;
}

/** The rows of profiles. */
export interface ProfileRows {
  of(user: UserId): ProfileRow | null;
  /** Inserts or replaces, by user. */
  put(row: ProfileRow): void;
  /** Idempotent. */
  drop(user: UserId): void;
}

/** What queries find about profiles. */
export interface ProfileQueries {
  /** Null: the user has said nothing. */
  of(user: UserId): ProfileRow | null;
  /**
   * What the user wants to be called; "": the name of the account. Also "" while what she chose looks like the name of
   * another account, whose owner others would take her for.
   */
  displayName(user: UserId): string;
}

/** What holds until the user has said something. */
export const NO_PROFILE = {
  displayName: "",
  folded: "",
  skeleton: "",
  nameTag: "",
  emoji: "",
  text: "",
  untilMicros: 0,
  statusTag: "",
  timeZone: "",
  zoneTag: "",
  changedSeq: 0,
} as const satisfies Omit<ProfileRow, "user">;

/** Longer than the name of any time zone. */
const ZONE_CHARS_MAX = 64;

/**
 * The name of a time zone as it is usually written; null: this version knows none of this name. Offsets ("+05:30") are
 * none: they would be wrong for half of the year in many places.
 */
export function timeZoneOf(typed: string): string | null {
  if (typed.length > ZONE_CHARS_MAX || !/^[a-z]/i.test(typed)) return null;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: typed }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}

/** The status of a profile at this time; null: none, or it has ended. */
export function statusAt({ emoji, text, untilMicros }: Status, nowMicros: number): Status | null {
  if (emoji === "" && text === "") return null;
  return untilMicros !== 0 && untilMicros <= nowMicros ? null : { emoji, text, untilMicros };
}
