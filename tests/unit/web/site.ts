/** The page over the real chat rules, without sockets: for the unit tests of src/web. */
import { createWeb, type Health, type Web, type WebDeps } from "../../../src/web/app.ts";
import type { WebEnv } from "../../../src/web/http/deps.ts";
import type { ClusterStatusJson } from "../../../src/ops/cluster-status.ts";
import {
  createSoloChat,
  SOLO_PASSWORD,
  type Person,
  type SoloChat,
  type SoloOptions,
} from "../../support/solo-chat.ts";

export const ORIGIN = "http://localhost:8081";
export const CLUSTER = "abc123";
export const SESSION_COOKIE = `lastword-${CLUSTER}`;

/** Three replicas in step, led by replica 1. */
export const STATUS: ClusterStatusJson = {
  version: 1,
  clusterId: "c1",
  self: 0,
  consistency: "available",
  recovery: "any",
  writable: true,
  reason: null,
  view: { no: "7.2.1", leader: 1, members: [0, 1, 2], configured: [0, 1, 2], forkRisk: null },
  protected: 2,
  seq: { committed: 123, applied: 123 },
  formats: { inForce: 1, next: null, lacking: [], peerProtocol: 1 },
  replicas: [0, 1, 2].map((id) => ({
    id,
    state: id === 1 ? ("leader" as const) : ("follower" as const),
    pid: 4711 + id,
    bootId: "00000000000000aa",
    version: "1.0.0",
    durable: 123,
    applied: 123,
    lag: 0,
    grpc: `127.0.0.1:${50_051 + id}`,
    web: `http://localhost:${8081 + id}`,
    since: "2026-11-23T10:00:00Z",
  })),
  lastFailover: { at: "2026-11-23T10:00:00Z", ms: 41, from: 0, to: 1 },
  events: [{ at: "2026-11-23T10:00:00Z", kind: "failover", text: "Replica 1 took over from replica 0" }],
};

export interface RequestOptions {
  readonly as?: Person;
  readonly form?: Record<string, string | string[]>;
  readonly json?: boolean;
  readonly headers?: Record<string, string>;
  readonly method?: string;
  /** The origin of the request, if not ORIGIN. */
  readonly origin?: string;
  /** What the listener knows about the request. */
  readonly by?: WebEnv["Bindings"];
}

export class Site {
  readonly solo: SoloChat;
  readonly web: Web;
  status: ClusterStatusJson = STATUS;
  /** Called with signs of life for streams that are not open here. */
  onAlive: (userId: string, stream: string) => void = () => {};
  /** Errors that routes threw. */
  readonly caught: unknown[] = [];
  health: Health = { ok: true, state: "leader" };

  constructor(
    options: SoloOptions &
      Partial<
        Pick<WebDeps, "openStatus" | "secureCookies" | "behindProxy" | "hosts" | "doors" | "origins" | "demo">
      > = {},
  ) {
    this.solo = createSoloChat(options);
    this.web = createWeb({
      chat: this.solo.chat,
      status: () => this.status,
      copies: () => this.status.view.members.length,
      healthz: () => this.health,
      onCaught: (error) => this.caught.push(error),
      origins: options.origins ?? (() => [8081, 8082, 8083].map((port) => `http://localhost:${port}`)),
      secureCookies: options.secureCookies ?? false,
      openStatus: options.openStatus ?? true,
      self: ORIGIN,
      behindProxy: options.behindProxy ?? false,
      hosts: options.hosts ?? [],
      sendAlive: (userId, stream) => this.onAlive(userId, stream),
      doors: options.doors ?? (() => []),
      authenticateCluster: () => false,
      cluster: CLUSTER,
      demo: options.demo ?? { welcome: null, order: () => {} },
      handoverKey: new Uint8Array(32).fill(7),
      clock: { nowMicros: () => Date.now() * 1000, nowMs: () => performance.now() },
      wallMsAt: () => Date.now(),
    });
  }

  /** Sends a GET, or a POST if there is a form. Does not follow redirects. */
  async ask(path: string, options: RequestOptions = {}): Promise<Response> {
    const headers: Record<string, string> = { ...options.headers };
    if (options.as !== undefined) headers.cookie = `${SESSION_COOKIE}=${options.as.token}`;
    if (options.json === true) headers.accept = "application/json";
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(options.form ?? {}))
      for (const one of [value].flat()) body.append(name, one);
    const method = options.method ?? (options.form === undefined ? "GET" : "POST");
    const asked = { method, headers, ...(options.form === undefined ? {} : { body }) };
    return await this.web.request((options.origin ?? ORIGIN) + path, asked, options.by);
  }

  /** Registers through the service. */
  person(name: string): Promise<Person> {
    return this.solo.person(name);
  }

  /** Sends a message through the page. Returns its id and its conversation. */
  async send(from: Person, to: string, body: string): Promise<{ id: string; conversationId: string }> {
    const answer = await this.ask("/to", { as: from, json: true, form: { name: to, body, id: crypto.randomUUID() } });
    if (answer.status !== 201) throw new Error(`not sent: ${answer.status} ${await answer.text()}`);
    return ((await answer.json()) as { message: { id: string; conversationId: string } }).message;
  }

  close(): void {
    this.web.endStreams();
    this.solo.close();
  }
}

export { SOLO_PASSWORD as PASSWORD };
