/** The events of the log as sentences, for a person at a terminal. */
import type { Level, LogFields } from "./log-fields.ts";

/** "replica 1", "replicas 0 and 1", "replicas 0, 1 and 2". */
export function replicasText(ids: readonly number[]): string {
  if (ids.length === 1) return `replica ${ids[0]}`;
  return `replicas ${ids.slice(0, -1).join(", ")} and ${ids.at(-1)}`;
}

type Sentence = (fields: LogFields) => string | null;

/** For events that another line reports already, or that are of no use to a person. */
const NOTHING: Sentence = () => null;

const SENTENCES: Readonly<Record<string, Sentence>> = {
  // The line "replica 0 runs: …" reports it.
  started: NOTHING,
  role: NOTHING,
  front_bound: NOTHING,
  front_foreign: NOTHING,
  disk_full: NOTHING,
  disk_room: NOTHING,
  files_short: NOTHING,
  damaged: NOTHING,
  fatal: NOTHING,
  peer_mismatch: NOTHING,
  caught: ({ where = "", error, reason }) => `an error was caught (${where.replace("_", " ")}): ${error} ${reason}`,
  stack: ({ reason }) => `where it happened: ${reason}`,
  view: ({ members = [], leader }) => `in step: ${replicasText(members)}; replica ${leader} leads`,
  paused: ({ ms = 0 }) => `this replica was paused for ${(ms / 1000).toFixed(1)} s`,
  merged: ({ peer, count }) =>
    `this history was merged into that of replica ${peer}; ${count} ${count === 1 ? "entry is" : "entries are"} proposed again`,
  waiting: ({ missing = [] }) => `waiting for ${replicasText(missing)}, which may hold newer messages`,
  signal: () => "stopping",
  left: () => "stopped",
  tls_renewed: () => "the renewed TLS certificate is in use",
  tls_refused: () => "the files of --tls-cert and --tls-key do not match; the earlier certificate stays in use",
  frame_unknown: ({ peer, frame, version }) =>
    `replica ${peer} (version ${version}) sends frames that this version does not know (number ${frame}); they are ignored`,
  search_damaged: ({ reason }) =>
    `search.db is damaged (${reason}); it is kept as search.db.damaged, and a new one is made from the messages`,
  search_stopped: ({ reason }) => `messages are not indexed (${reason}); this is tried again every 30 s`,
  files_enough: () => "this process may open enough files again; the page accepts new connections",
};

/** The sentence of an event; null if it has none. An event without a row is shown with its fields as they are. */
export function sentenceOf(level: Level, event: string, fields: LogFields): string | null {
  const known = SENTENCES[event];
  if (known !== undefined) return known(fields);
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`);
  return [level, event, ...rest].join(" ");
}
