/** Every call and every route with its requests. One that is missing here fails the tests of rights. */
import type { ChatCall } from "../../../proto/chat-wire.ts";
import { ACCOUNTS } from "./accounts.ts";
import { ACTIVITY } from "./activity.ts";
import { CLUSTER } from "./cluster.ts";
import { DRAFTS } from "./drafts.ts";
import { EDITS } from "./edits.ts";
import { FILES } from "./files.ts";
import { INVITES } from "./invites.ts";
import { KEEPING } from "./keeping.ts";
import { MANAGING } from "./managing.ts";
import { MESSAGES } from "./messages.ts";
import { PREFERENCES } from "./preferences.ts";
import { PROFILES } from "./profiles.ts";
import { REACTIONS } from "./reactions.ts";
import type { CallRow, RouteRow } from "./request.ts";
import { PUSH } from "./push.ts";
import { REPORTS } from "./reports.ts";
import { ROOMS } from "./rooms.ts";
import { SEARCH } from "./search.ts";
import { THREADS } from "./threads.ts";

const PARTS = [
  ACCOUNTS,
  ACTIVITY,
  CLUSTER,
  DRAFTS,
  EDITS,
  FILES,
  INVITES,
  KEEPING,
  MANAGING,
  MESSAGES,
  PREFERENCES,
  PROFILES,
  PUSH,
  REACTIONS,
  REPORTS,
  ROOMS,
  SEARCH,
  THREADS,
];

/** The requests of every method of lastword.v1.Chat. */
export const CALL_ROWS = Object.assign({}, ...PARTS.map(({ calls }) => calls)) as Readonly<
  Record<ChatCall, readonly CallRow[]>
>;

/** The requests of every route of the page. */
export const ROUTE_ROWS = Object.assign({}, ...PARTS.map(({ routes }) => routes)) as Readonly<
  Record<string, readonly RouteRow[]>
>;
