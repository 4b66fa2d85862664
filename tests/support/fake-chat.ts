/**
 * A WholeChat whose answers a test chooses, and a gRPC server for it on any free port: for what a
 * real chat does not do on demand, such as every error, or an endless feed.
 */
import { Metadata, Server, ServerCredentials, Client, credentials } from "@grpc/grpc-js";
import type { ServiceError } from "@grpc/grpc-js";
import { CHAT_WIRE } from "../../proto/chat-wire.ts";
import type { ChatCall, ChatRequest, ChatResponse, WireMethod } from "../../proto/chat-wire.ts";
import type { Encodable } from "../../proto/message-type.ts";
import { addChatService } from "../../src/api/chat-api.ts";
import type { ChatApi, ChatApiDeps } from "../../src/api/chat-api.ts";
import { GUARDED_SERVER_OPTIONS, PortGuard, type PortGuardOptions } from "../../src/api/port-guard.ts";
import type {
  Feed,
  FeedItem,
  MessageView,
  RoomView,
  Session,
  UserView,
  ConversationView,
} from "../../src/chat/chat-service.ts";
import type { WholeChat } from "../../src/chat/admin-service.ts";
import { failedWith } from "../../src/chat/sentences.ts";
import type { ClusterStatusJson } from "../../src/ops/cluster-status.ts";

/** The only valid token. */
export const GOOD_TOKEN = "good-token";
/** Its session. */
export const SESSION: Session = { sessionId: "s1", userId: "u1", name: "ada" };

/** The user of the session. */
export const ADA: UserView = {
  id: "u1",
  name: "ada",
  displayName: "Ada Lovelace",
  deleted: false,
  online: true,
  lastSeenMicros: 1_700_000_000_000_001,
  formerName: "ada1",
  role: "admin",
  status: { emoji: "🌴", text: "on holiday", untilMicros: 1_700_000_000_000_003 },
  timeZone: "Europe/London",
};

/** Ada as a client of the API decodes her. */
export const WIRE_ADA = { ...ADA, _formerName: "formerName", _status: "status", _timeZone: "timeZone" } as const;

/** A message with every field set. */
export const MESSAGE: MessageView = {
  id: "u1-00000000-0000-4000-8000-000000000001",
  conversationId: "u1_u2",
  authorId: "u1",
  authorName: "ada",
  authorDisplayName: "Ada Lovelace",
  body: "Grüße 👋",
  timeMicros: 1_700_000_000_000_001,
  seq: 42,
  deleted: false,
  unread: true,
  readByOther: false,
  recovered: true,
  reactions: [{ emoji: "👍", userIds: ["u1"], names: ["Ada"] }],
  editedMicros: 1_700_000_000_000_002,
  quote: { messageId: "u2-m1", authorId: "u2", authorName: "bob", text: "how?", gone: false },
  removedBy: { id: "u2", name: "ben" },
  pinnedBy: { id: "u3", name: "eve" },
  replies: {
    threadId: "t_u1-00000000-0000-4000-8000-000000000001",
    count: 2,
    lastMicros: 1_700_000_000_000_002,
    people: [{ id: "u1", name: "ada" }],
  },
  mentions: [{ userId: "u2", text: "ben", name: "Ben", displayName: "Ben Adams", silent: true, outside: true }],
  files: [
    {
      name: "engine.png",
      type: "image/png",
      bytes: 1_234_567,
      width: 2_000,
      height: 1_000,
      hasSmall: true,
      hasLarge: true,
    },
  ],
};

/** The message as a client of the API decodes it. */
export const WIRE_MESSAGE = {
  ...MESSAGE,
  removedBy: "u2",
  removedByName: "ben",
  pinnedBy: "u3",
  pinnedByName: "eve",
  replies: {
    threadId: "t_u1-00000000-0000-4000-8000-000000000001",
    count: 2,
    lastMicros: 1_700_000_000_000_002,
    userIds: ["u1"],
    names: ["ada"],
  },
};

/** A direct conversation with ADA. */
const DIRECT: ConversationView = {
  id: "u1_u2",
  with: ADA,
  group: [],
  room: null,
  thread: null,
  unread: 3,
  mentions: 1,
  lastSeq: 42,
  preferences: { starred: true, muted: false, level: "default", notify: "all" },
  last: null,
};

/** The thread below the message. */
export const THREAD: ConversationView = {
  ...DIRECT,
  id: "t_u1-00000000-0000-4000-8000-000000000001",
  thread: { parentId: "u1_u2", root: MESSAGE, isFollowed: true },
};

/** A status with a leader and a replica of which nothing is known. */
export const STATUS: ClusterStatusJson = {
  version: 1,
  clusterId: "c1",
  self: 0,
  consistency: "available",
  recovery: "any",
  writable: true,
  reason: null,
  view: { no: "7.2.1", leader: 0, members: [0, 1], configured: [0, 1, 2], forkRisk: null },
  protected: 1,
  seq: { committed: 123, applied: 122 },
  formats: { inForce: 1, next: null, lacking: [], peerProtocol: 1 },
  replicas: [
    {
      id: 0,
      state: "leader",
      pid: 4711,
      bootId: "b",
      version: "1.0.0",
      durable: 123,
      applied: 122,
      lag: 1,
      grpc: "127.0.0.1:50051",
      web: "http://localhost:8081",
      since: "2026-11-23T10:00:00Z",
    },
    {
      id: 2,
      state: "unreachable",
      pid: null,
      bootId: null,
      version: null,
      durable: null,
      applied: null,
      lag: null,
      grpc: null,
      web: null,
      since: null,
    },
  ],
  lastFailover: { at: "2026-11-23T10:00:00Z", ms: 41, from: 2, to: 0 },
  events: [{ at: "2026-11-23T10:00:00Z", kind: "failover", text: "0 took over from 2." }],
};

/** A room of the user of the session. */
export const ROOM: RoomView = {
  id: "r1",
  name: "ops",
  topic: "servers",
  isPrivate: false,
  archived: false,
  people: 1,
  role: "owner",
  isForAll: false,
  historyFromJoining: false,
  fromGroup: null,
  adminsOnly: true,
  slowSeconds: 60,
  adminsCall: true,
};

/**
 * A chat in which the calls that tests of the API make with GOOD_TOKEN succeed, except those that the test replaces. A
 * test that needs another call replaces it.
 */
export function fakeChat(replaced: Partial<WholeChat> = {}): WholeChat {
  const ok = <T>(value: T) => ({ ok: true, value, cursor: "v:42" }) as const;
  const authenticate = replaced.authenticate ?? ((token) => (token === GOOD_TOKEN ? SESSION : null));
  const calls: Partial<WholeChat> = {
    authenticate,
    authenticateFresh: async (token) => {
      const session = authenticate(token);
      return session === null ? failedWith("not_logged_in") : { ok: true, value: session };
    },
    deletedBefore: () => null,
    register: async () => ok({ token: GOOD_TOKEN, user: ADA }),
    login: async () => ok({ token: GOOD_TOKEN, user: ADA }),
    resetPassword: async () => ok({ token: GOOD_TOKEN, user: ADA }),
    listSessions: async () =>
      ok([{ id: "s1", createdMicros: 1, lastUsedMicros: 2, current: true, device: "a program" }]),
    send: async () => ok(MESSAGE),
    listUsers: async () => ok([ADA]),
    listConversations: async () => ok([{ ...DIRECT, last: MESSAGE }]),
    listThreads: async () => ok([THREAD]),
    followThread: async () => ok(THREAD),
    listRooms: async () => ok([ROOM]),
    listRoomPeople: async () => ok([{ user: ADA, role: "owner" }]),
    messages: async () => ok([MESSAGE]),
    cursor: () => "v:42",
    subscribe: () => ({ ok: true, value: new FakeFeed(), cursor: "v:42" }),
    ...replaced,
  };
  return calls as WholeChat;
}

/** A feed that the test fills. */
export class FakeFeed implements Feed {
  closed = false;
  taken = 0;
  readonly #items: (FeedItem | null)[] = [];
  #waiting: ((item: FeedItem | null) => void) | null = null;

  push(item: FeedItem | null): void {
    if (this.#waiting === null) this.#items.push(item);
    else this.#waiting(item);
    this.#waiting = null;
  }

  async next(): Promise<FeedItem | null> {
    this.taken += 1;
    if (this.closed) return null;
    const item = this.#items.shift();
    if (item !== undefined) return item;
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  atRest(): boolean {
    return this.#waiting !== null;
  }

  close(): void {
    this.closed = true;
    this.#waiting?.(null);
  }
}

/** How a raw call ended. */
export interface RawReply<Response> {
  readonly code: number;
  readonly details: string;
  readonly trailers: Readonly<Record<string, string>>;
  readonly response: Response | null;
}

/** A chat on a gRPC server, and calls to it that return the response, the status and the trailers. */
export class ApiBench {
  readonly server: Server;
  readonly guard: PortGuard;
  readonly api: ChatApi;
  readonly client: Client;
  readonly address: string;

  private constructor(server: Server, guard: PortGuard, api: ChatApi, port: number) {
    this.server = server;
    this.guard = guard;
    this.api = api;
    this.address = `127.0.0.1:${port}`;
    this.client = new Client(this.address, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 });
  }

  static async start(
    deps: Partial<ChatApiDeps> & { readonly port?: number; readonly guard?: PortGuardOptions } = {},
  ): Promise<ApiBench> {
    const server = new Server(GUARDED_SERVER_OPTIONS);
    const guard = new PortGuard(deps.guard);
    guard.authenticate = (token) => token === GOOD_TOKEN;
    guard.watch(server);
    const api = addChatService(server, {
      chat: fakeChat(),
      status: () => STATUS,
      openStatus: true,
      onCaught: () => {},
      authenticateCluster: () => false,
      onLogin: (peer) => guard.knowsClient(peer),
      ...deps,
    });
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${deps.port ?? 0}`, ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      });
    });
    return new ApiBench(server, guard, api, port);
  }

  get port(): number {
    return Number(this.address.slice(this.address.lastIndexOf(":") + 1));
  }

  async stop(): Promise<void> {
    await this.api.stop();
    this.kill();
  }

  /** Breaks all connections, as if the process had died. */
  kill(): void {
    this.client.close();
    this.guard.stop();
    this.server.forceShutdown();
  }

  /** Makes a unary call; `bytes` replaces the encoded request. */
  raw<Name extends Exclude<ChatCall, "Subscribe" | "SendStream" | "PutFile" | "GetFile">>(
    name: Name,
    request: Partial<Encodable<ChatRequest<Name>>>,
    options: { token?: string; headers?: Record<string, string>; bytes?: Uint8Array } = {},
  ): Promise<RawReply<ChatResponse<Name>>> {
    const wire = CHAT_WIRE[name] as unknown as WireMethod<object, ChatResponse<Name>>;
    return new Promise((resolve) => {
      this.client.makeUnaryRequest(
        wire.path,
        (value: object) => (options.bytes === undefined ? wire.encodeRequest(value) : Buffer.from(options.bytes)),
        (bytes: Buffer) => wire.decodeResponse(bytes),
        request,
        metadataOf(options.token, options.headers),
        { deadline: Date.now() + 10_000 },
        (error, response) => resolve(replyOf(error, response ?? null)),
      );
    });
  }
}

/** Metadata with a token and further headers. */
export function metadataOf(token?: string, headers: Record<string, string> = {}): Metadata {
  const metadata = new Metadata();
  if (token !== undefined) metadata.set("authorization", `Bearer ${token}`);
  for (const [key, value] of Object.entries(headers)) metadata.set(key, value);
  return metadata;
}

function replyOf<Response>(error: ServiceError | null, response: Response | null): RawReply<Response> {
  return {
    code: error?.code ?? 0,
    details: error?.details ?? "",
    trailers: error === null ? {} : trailersOf(error),
    response,
  };
}

/** Lastword's trailers of a failed call. */
export function trailersOf(error: ServiceError): Record<string, string> {
  const trailers: Record<string, string> = {};
  for (const [key, value] of Object.entries(error.metadata?.getMap() ?? {})) {
    if (key.startsWith("lastword-") || key === "retry-after-ms") trailers[key] = String(value);
  }
  return trailers;
}
