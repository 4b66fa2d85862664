/** What the parts of one core (standing, leadership) share with it. */
import type { Effect, Identity, Notice, Timing } from "../event.ts";
import type { LogMirror } from "./log-mirror.ts";
import type { PeerTable } from "./peer-table.ts";

/** What the parts of one core share. */
export interface CoreParts {
  readonly identity: Identity;
  readonly timing: Timing;
  readonly log: LogMirror;
  readonly peers: PeerTable;
  emit(effect: Effect): void;
  notice(notice: Notice): void;
}
