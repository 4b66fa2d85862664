/**
 * What the page needs from the rest of the replica. Everything about people and messages
 * comes from ChatService; the cluster is only shown, so a snapshot of it is enough.
 */
import type { Clock } from "../chat/ports.ts";
import type { ChatService, Session } from "../chat/service.ts";
import type { ClusterStatusJson } from "../election/cluster-status.ts";

/** What GET /healthz says: ok only if a write could be committed now, as far as this replica can know. */
export interface Health {
  readonly ok: boolean;
  readonly state?: string;
  readonly reason?: string;
}

export interface WebDeps {
  readonly chat: ChatService;
  readonly status: () => ClusterStatusJson;
  readonly healthz: () => Health;
  /** Web origins of all configured replicas, such as http://localhost:8081; the page probes them when its own falls silent. */
  readonly origins: () => readonly string[];
  /** Cookies carry Secure: true when the page is served over TLS. */
  readonly secureCookies: boolean;
  /** The cluster's status needs no login: the listener is on loopback. */
  readonly openStatus: boolean;
  readonly clock: Clock;
  /** A proxy we trust is in front: the caller's address is the last entry of X-Forwarded-For. */
  readonly behindProxy?: boolean;
  /** Origin of this replica's own page. */
  readonly self: string;
  /** 32 bytes that all replicas of the cluster know: seals hand-over tokens. */
  readonly handoverKey: Uint8Array;
  /** Is it the token made from the cluster key? Opens /cluster.json. */
  readonly authenticateCluster?: (token: string) => boolean;
}

/** The part of Bun's server that routes use; absent when a test calls app.request(). */
interface ServerLike {
  requestIP(request: Request): { readonly address: string } | null;
}

/** Types of Hono's context here. */
export interface WebEnv {
  Bindings: { readonly server?: ServerLike };
  Variables: {
    /** Null without a valid login; routes behind `needsLogin` can rely on it. */
    session: Session | null;
    /** The cookie's value, for the key that ties a moved draft to its owner. */
    token: string;
  };
}
