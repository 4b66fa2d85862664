/** What apply tells the streams: facts of one op, in the domain's words, for whoever is concerned. */
import type { MessageRow } from "./rows.ts";

export type ChatEvent =
  /** For the members of its conversation. */
  | { readonly kind: "message"; readonly message: MessageRow }
  /** Deleted for everyone (audience: the members) or hidden by one user (audience: her alone). */
  | {
      readonly kind: "deleted";
      readonly conversation: string;
      readonly ids: readonly string[];
      readonly audience: readonly string[];
    }
  /** `reader` has read these, and everything up to seq `upTo`. For the members. */
  | {
      readonly kind: "read";
      readonly conversation: string;
      readonly reader: string;
      readonly ids: readonly string[];
      readonly upTo: number;
    }
  /** An account was made or deleted. For everybody. */
  | { readonly kind: "user"; readonly user: string }
  /** Ends the session's streams. */
  | { readonly kind: "sessionEnded"; readonly session: string; readonly user: string };
