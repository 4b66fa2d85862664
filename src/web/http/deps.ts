/**
 * What the page needs from the rest of the replica. Everything about people and messages
 * comes from ChatService; the cluster is only shown, so a snapshot of it is enough.
 */
import type { Clock } from "../../chat/ports.ts";
import type { ChatService, Session } from "../../chat/chat-service.ts";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Fields } from "./fields.ts";
import type { ClusterStatusJson } from "../../ops/cluster-status.ts";
import type { Door } from "../cluster/handover.ts";

/** What GET /healthz says: ok only if a write could be committed now, as far as this replica can know. */
export interface Health {
  readonly ok: boolean;
  readonly state?: string;
  readonly reason?: string;
}

export interface WebDeps {
  readonly chat: ChatService;
  readonly status: () => ClusterStatusJson;
  /** How many replicas have on their disks what is committed now. */
  readonly copies: () => number;
  readonly healthz: () => Health;
  /** Web origins of all configured replicas, such as http://localhost:8081; the page probes them when its own falls silent. */
  readonly origins: () => readonly string[];
  /** Letters and digits that tell this cluster from others: in the name of all that a browser keeps of it. */
  readonly cluster: string;
  /** Cookies carry Secure: true when the page is served over TLS. */
  readonly secureCookies: boolean;
  /** The cluster's status needs no login: the listener is on loopback. */
  readonly openStatus: boolean;
  readonly clock: Clock;
  /** Takes each error that a route threw. Its message may hold what a user wrote. */
  readonly onCaught: (error: unknown) => void;
  /** What the wall clock of the replica at this origin shows now, ms since 1970: for hand-over tokens. */
  readonly wallMsAt: (origin: string) => number;
  /** A proxy we trust is in front: the caller's address is the last entry of X-Forwarded-For. */
  readonly behindProxy: boolean;
  /** Origin of this replica's own page. */
  readonly self: string;
  /** Host names, without port, of the addresses that this replica was started with. */
  readonly hosts: readonly string[];
  /** Addresses of all replicas under which their pages may be open, besides `origins`. */
  readonly doors: () => readonly Door[];
  /** To the other replicas: the page of this user's stream, which one of them has, is there. */
  readonly sendAlive: (userId: string, stream: string) => void;
  /** 32 bytes that all replicas of the cluster know: seals hand-over tokens. */
  readonly handoverKey: Uint8Array;
  /** Is it the token made from the cluster key? Opens /cluster.json. */
  readonly authenticateCluster: (token: string) => boolean;
}

/** What went wrong, for a page. */
export interface ShownFailure {
  readonly title: string;
  readonly sentence: string;
  /** What was typed, so that it can be copied. */
  readonly kept: string;
}

/** Types of Hono's context here. */
export interface WebEnv {
  /** What the listener knows of a request; absent when a test calls app.request(). */
  Bindings: {
    /** Address at the other end of the socket. */
    readonly caller?: () => string | null;
    /** The listener is on loopback. */
    readonly loopback?: boolean;
    /** The listener is the one that all replicas of this host share. */
    readonly front?: boolean;
  };
  Variables: {
    /** WebDeps.cluster. */
    cluster: string;
    /** Null without a valid login; routes behind `needsLogin` can rely on it. */
    session: Session | null;
    /** Answers a failure within the frame of a logged-in page; null if the frame cannot be shown now. */
    frame?: (failure: ShownFailure, status: ContentfulStatusCode) => Promise<Response | null>;
    /** The body, once it was read. */
    fields?: Fields;
    /** The cookie's value, for the key that ties a moved draft to its owner. */
    token: string;
  };
}
