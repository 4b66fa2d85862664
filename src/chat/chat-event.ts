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

/** What a rule decided about one op. */
export interface Decision {
  /** Code of errors.ts; undefined: done. */
  readonly error?: string;
  /** Of a message: its conversation. */
  readonly conversation?: string;
  /** Of a registration: its session. */
  readonly session?: string;
  /** False: leave no trace, so that a repeat is decided anew. */
  readonly record?: false;
  readonly events: readonly ChatEvent[];
}

const NOTHING: readonly ChatEvent[] = [];

/** The op was refused: a result like any other, recorded unless `record` is false. */
export function refused(error: string, record?: false): Decision {
  return record === undefined ? { error, events: NOTHING } : { error, record, events: NOTHING };
}

/** The op did what it says. */
export function done(events: readonly ChatEvent[] = NOTHING): Decision {
  return { events };
}
