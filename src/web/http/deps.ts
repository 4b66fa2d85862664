/**
 * The dependencies of the page. Everything about people and messages comes from ChatService. The page only shows the
 * cluster, so a snapshot of its status is enough.
 */
import type { Clock } from "../../chat/ports.ts";
import type { Refused } from "../../chat/errors.ts";
import type { Session } from "../../chat/chat-service.ts";
import type { WholeChat } from "../../chat/admin-service.ts";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Fields } from "./fields.ts";
import type { ClusterStatusJson } from "../../ops/cluster-status.ts";
import type { Door } from "../cluster/handover.ts";

/** The answer to GET /healthz: ok only if a write could be committed now, as far as this replica can know. */
export interface Health {
  readonly ok: boolean;
  readonly state?: string;
  readonly reason?: string;
}

export interface WebDeps {
  readonly chat: WholeChat;
  readonly status: () => ClusterStatusJson;
  /** The number of replicas that have saved everything that is committed now. */
  readonly copies: () => number;
  readonly healthz: () => Health;
  /**
   * Web origins of all configured replicas, such as http://localhost:8081; the page probes them when its own falls
   * silent.
   */
  readonly origins: () => readonly string[];
  /** Letters and digits that name this cluster. They are part of the name of everything that a browser stores. */
  readonly cluster: string;
  /** Cookies carry Secure: true when the page is served over TLS. */
  readonly secureCookies: boolean;
  /** The cluster's status needs no login: the listener is on loopback. */
  readonly openStatus: boolean;
  readonly clock: Clock;
  /** Receives each error that a route threw. Its message may contain text that a user wrote. */
  readonly onCaught: (error: unknown) => void;
  /** The wall clock of the replica at this origin, in ms since 1970, for hand-over tokens. */
  readonly wallMsAt: (origin: string) => number;
  /** A proxy we trust is in front: the caller's address is the last entry of X-Forwarded-For. */
  readonly behindProxy: boolean;
  /** Origin of this replica's own page. */
  readonly self: string;
  /** Host names, without port, of the addresses that this replica was started with. */
  readonly hosts: readonly string[];
  /** Addresses of all replicas under which their pages may be open, besides `origins`. */
  readonly doors: () => readonly Door[];
  /** Tells the other replicas that the page of this user's stream is alive; one of them has that stream. */
  readonly sendAlive: (userId: string, stream: string) => void;
  /** 32 bytes that all replicas of the cluster know: seals hand-over tokens. */
  readonly handoverKey: Uint8Array;
  /** `lastword demo`, if it started this replica; otherwise `welcome` is null. */
  readonly demo: Demo;
  /** True for the token made from the cluster key, which opens /cluster.json. */
  readonly authenticateCluster: (token: string) => boolean;
}

/** What a visitor of `lastword demo` may do; see src/host/demo-channel.ts. */
export interface Demo {
  /** Part of the address that logs a visitor in, the token of that login, and what it shows. Null outside a demo. */
  readonly welcome: { readonly secret: string; readonly token: string; readonly conversationId: string } | null;
  order(kind: "kill" | "start", id: number): void;
}

/** An error as a page shows it. */
export interface ShownFailure {
  readonly title: string;
  readonly sentence: string;
  /** The typed text, so that the user can copy it. */
  readonly kept: string;
}

/** The types of Hono's context. */
export interface WebEnv {
  /** The listener's facts about a request; absent if a test calls app.request(). */
  Bindings: {
    /** Address at the other end of the socket. */
    readonly caller?: () => string | null;
    /** True if the listener is on loopback. */
    readonly loopback?: boolean;
    /** True if all replicas of this host share the listener. */
    readonly front?: boolean;
  };
  Variables: {
    /** WebDeps.cluster. */
    cluster: string;
    /** Null without a valid login; never null on routes behind `needsLogin`. */
    session: Session | null;
    /** No leader could be asked whether the login of the cookie is one that this replica does not know yet. */
    lateLogin: Refused | null;
    /** Answers a failure within the frame of a logged-in page; null if the frame cannot be rendered now. */
    frame?: (failure: ShownFailure, status: ContentfulStatusCode) => Promise<Response | null>;
    /** The body, if it has been read. */
    fields?: Fields;
    /** The cookie's value, from which the key of a moved draft is made. */
    token: string;
  };
}
