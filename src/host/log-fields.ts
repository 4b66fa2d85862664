/**
 * What a log line may say. Only the fields listed here can be written, and none of them holds text of a user, so no name,
 * message, token or parameter can get into a log.
 */

/** How important a line is. */
export type Level = "debug" | "info" | "warn" | "error";

/** All fields that a line may have besides time, level, event and replica. */
export interface LogFields {
  readonly pid?: number;
  readonly bootId?: string;
  readonly clusterId?: string;
  readonly peer?: number;
  readonly leader?: number | null;
  readonly role?: string;
  readonly view?: string;
  readonly members?: readonly number[];
  readonly missing?: readonly number[];
  readonly seq?: number;
  readonly count?: number;
  readonly ms?: number;
  /** One of this program's own addresses, never a client's. */
  readonly address?: string;
  /** A word from a fixed list that says what was being done. */
  readonly where?: string;
  /** A word from a fixed list, an error code of the system, or the frames of a stack. */
  readonly reason?: string;
  /** The class of an error, never its message. */
  readonly error?: string;
  readonly version?: string;
  /** The field number of a frame in peer.proto. */
  readonly frame?: number;
  readonly commit?: string;
  readonly signal?: string;
  readonly exit?: number;
}

/** In the order of a line. Nothing else is written. */
export const FIELDS: readonly (keyof LogFields)[] = [
  "pid",
  "bootId",
  "clusterId",
  "peer",
  "leader",
  "role",
  "view",
  "members",
  "missing",
  "seq",
  "count",
  "ms",
  "address",
  "where",
  "reason",
  "error",
  "version",
  "frame",
  "commit",
  "signal",
  "exit",
];
