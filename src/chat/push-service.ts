/** Push: how users are called while no page of theirs is open. A part of the interface of the chat, and its port. */
import type { Answer } from "./errors.ts";
import type { ClientId, PushId } from "./ids.ts";
import type { PushRow } from "./push-rows.ts";
import type { ReadAt, Session } from "./chat-service.ts";

/** A subscription, as its user sees it. */
export interface PushView {
  readonly id: PushId;
  /** Name of the browser and the system; "": not known. */
  readonly device: string;
  /** Host of the push service. */
  readonly service: string;
  /** Origin of the page that asked; "": a program. */
  readonly origin: string;
  /** It is of this login. */
  readonly current: boolean;
  readonly createdMicros: number;
  /** A sentence on what came of the last push; "": nothing was pushed yet. */
  readonly lastResult: string;
  readonly lastMicros: number;
}

/** What a browser says when it subscribes. */
export interface PushInput {
  readonly endpoint: string;
  /** 65 bytes, base64url. */
  readonly p256dh: string;
  /** 16 bytes, base64url. */
  readonly auth: string;
  readonly device: string;
  readonly origin: string;
  /** "22:00-07:00"; "": always. */
  readonly quiet: string;
  /** IANA name; "": UTC. */
  readonly timeZone: string;
}

export interface PushCalls {
  /** With this key a browser subscribes: a point of P-256, base64url. "": the operator has turned pushing off. */
  pushKey(): string;
  /**
   * Calls the user there from now on, or renews what is known of it. It ends with this login. At most PUSH_PER_USER a
   * user; the oldest goes. Errors: invalid (an address that is not allowed, keys that are none), not_allowed (turned
   * off).
   */
  addPush(session: Session, input: PushInput & { readonly clientId: ClientId }): Promise<Answer<PushView>>;
  /** Ends one of the user's. Errors: invalid. */
  removePush(session: Session, input: { readonly id: string; readonly clientId: ClientId }): Promise<Answer<null>>;
  listPush(session: Session, at: ReadAt): Promise<Answer<readonly PushView[]>>;
  /** Pushes to one of the user's now, by this replica, and says what came of it. Errors: not_found, slow_down. */
  testPush(session: Session, input: { readonly id: string }): Promise<Answer<PushView>>;
}

/** What is pushed. */
export interface PushNote {
  readonly kind: "call" | "read" | "test";
  readonly title: string;
  readonly text: string;
  /** One notification for each: a later one replaces the earlier one, at the push service too. */
  readonly tag: string;
  readonly path: string;
}

/** What came of a push. `outcome`: the HTTP status, or "unreachable", or "forbidden" (the address). */
export interface PushOutcome {
  /** `later`: worth another try; `refused`: not. */
  readonly kind: "sent" | "gone" | "refused" | "later";
  readonly outcome: string;
  /** What the service asks for; 0: nothing. */
  readonly retryAfterMs: number;
}

/** The port: sends to push services. Implemented by src/push/, and by tests. */
export interface PushSender {
  readonly publicKey: string;
  /** Whether something may be pushed there. */
  accepts(to: Pick<PushRow, "endpoint" | "p256dh" | "auth">): boolean;
  /** Never throws; takes 10 s at most. */
  send(to: Pick<PushRow, "endpoint" | "p256dh" | "auth" | "origin">, note: PushNote): Promise<PushOutcome>;
}
