/**
 * chat.proto in TypeScript: the shapes of its messages and how they become bytes. Used by
 * both ends, the service (src/api) and the client (src/cli). Knows no gRPC library, does
 * no I/O. Bytes go through protobufjs directly, without the second copy that proto-loader
 * makes of every message: SendStream is where throughput is measured.
 */
import protobuf from "protobufjs";
import { embeddedProtos } from "./chat-wire.macro.ts" with { type: "macro" };
import { decodeMessage } from "./wire-reader.ts";
import { encodeMessage } from "./wire-writer.ts";

const EMBEDDED = embeddedProtos();
const ROOT = protobuf.Root.fromJSON(JSON.parse(EMBEDDED.root) as protobuf.INamespace);

/** Bound on one request of the service. */
export const REQUEST_BYTES_MAX = 64 * 1024;
/** Bound on the items of one SendStreamRequest. */
export const SEND_ITEMS_MAX = 256;
/** Bound on the items of one SendStream that have no result yet. */
export const SEND_IN_FLIGHT_MAX = 1024;

export const CODE_TRAILER = "lastword-code";
export const OUTCOME_TRAILER = "lastword-outcome";
export const RETRY_AFTER_TRAILER = "retry-after-ms";
export const CURSOR_HEADER = "lastword-cursor";

/** ReadMode of chat.proto. */
export const READ_LOCAL = 0;
export const READ_LATEST = 1;

export interface WireUser {
  readonly id: string;
  readonly name: string;
  readonly deleted: boolean;
  readonly online: boolean;
  readonly lastSeenMicros: number;
  readonly formerName?: string;
}

export interface WireMessage {
  readonly id: string;
  readonly conversationId: string;
  readonly authorId: string;
  readonly authorName: string;
  readonly body: string;
  readonly timeMicros: number;
  readonly seq: number;
  readonly deleted: boolean;
  readonly unread: boolean;
  readonly readByOther: boolean;
  readonly recovered: boolean;
}

export interface WireConversation {
  readonly id: string;
  readonly with: WireUser;
  readonly unread: number;
  readonly lastSeq: number;
  readonly last: WireMessage | null;
}

export interface WireSession {
  readonly id: string;
  readonly createdMicros: number;
  readonly lastUsedMicros: number;
  readonly device: string;
  readonly current: boolean;
}

/** A response that says only where it stands. */
export interface CursorOnly {
  readonly cursor: string;
}

export interface LoggedIn {
  readonly cursor: string;
  readonly token: string;
  readonly user: WireUser;
}

export interface SendItem {
  readonly to: string;
  readonly conversationId: string;
  readonly body: string;
  readonly clientId: string;
  /** "" or absent: nothing is marked as read. */
  readonly readUpTo?: string;
}

export interface SendFailure {
  readonly code: string;
  readonly definite: boolean;
  readonly sentence: string;
  readonly retryAfterMs: number;
}

export interface SendResult {
  readonly clientId: string;
  readonly messageId?: string;
  readonly conversationId?: string;
  readonly seq?: number;
  readonly timeMicros?: number;
  readonly cursor?: string;
  readonly failure?: SendFailure | null;
}

/** Number of a Reset.Reason. */
export const RESET_REASONS = { LINEAGE: 1, OVERFLOW: 2 } as const;

/** One response of Subscribe; exactly one of the fields beside `cursor` is set. */
export interface SubscribeResponse {
  readonly cursor: string;
  readonly ready?: Record<string, never>;
  readonly message?: WireMessage;
  readonly deleted?: { readonly conversationId: string; readonly messageIds: readonly string[] };
  readonly read?: {
    readonly conversationId: string;
    readonly readerId: string;
    readonly messageIds: readonly string[];
    readonly upTo: number;
  };
  readonly user?: WireUser;
  readonly presence?: WireUser;
  readonly typing?: { readonly conversationId: string; readonly userId: string };
  readonly reset?: { readonly reason: number };
}

export interface WireClusterStatus {
  readonly version: number;
  readonly clusterId: string;
  readonly self: number;
  readonly consistency: string;
  readonly recovery: string;
  readonly writable: boolean;
  readonly reason: string;
  readonly view: {
    readonly no: string;
    readonly leader?: number;
    readonly members: readonly number[];
    readonly configured: readonly number[];
    readonly forkRisk: readonly number[];
  };
  readonly protected: number;
  readonly committed: number;
  readonly applied: number;
  readonly replicas: readonly {
    readonly id: number;
    readonly state: string;
    readonly pid: number;
    readonly bootId: string;
    readonly version: string;
    readonly durable: number;
    readonly applied: number;
    readonly lag: number;
    readonly grpc: string;
    readonly web: string;
    readonly since: string;
  }[];
  readonly lastFailover?: { readonly at: string; readonly ms: number; readonly from: number; readonly to: number };
  readonly events: readonly { readonly at: string; readonly kind: string; readonly text: string }[];
  readonly opFormat: number;
  readonly nextOpFormat: number;
  readonly lacking: readonly string[];
}

/** Request and response of every call. */
export interface ChatCalls {
  Register: { request: { name: string; password: string; clientId: string }; response: LoggedIn };
  Login: { request: { name: string; password: string }; response: LoggedIn };
  Logout: { request: Record<never, never>; response: CursorOnly };
  ChangePassword: { request: { password: string; newPassword: string; clientId: string }; response: CursorOnly };
  DeleteAccount: { request: { password: string; deleteMessages: boolean; clientId: string }; response: CursorOnly };
  ListSessions: { request: Record<never, never>; response: CursorOnly & { readonly sessions: readonly WireSession[] } };
  EndSession: { request: { sessionId: string; clientId: string }; response: CursorOnly };
  ListUsers: {
    request: { after: string; limit: number; read: number; search: string };
    response: CursorOnly & { readonly users: readonly WireUser[] };
  };
  ListConversations: {
    request: { limit: number; read: number; beforeSeq: number; unreadOnly: boolean };
    response: CursorOnly & { readonly conversations: readonly WireConversation[] };
  };
  SendMessage: { request: SendItem; response: CursorOnly & { readonly message: WireMessage } };
  GetMessages: {
    request: { conversationId: string; with: string; before: string; limit: number; read: number };
    response: CursorOnly & { readonly messages: readonly WireMessage[] };
  };
  MarkRead: {
    request: { messageIds: readonly string[]; conversationId: string; upTo: string };
    response: CursorOnly;
  };
  DeleteMessages: { request: { messageIds: readonly string[]; clientId: string }; response: CursorOnly };
  Subscribe: { request: { cursor: string }; response: SubscribeResponse };
  SendStream: {
    request: { readonly items: readonly SendItem[] };
    response: { readonly results: readonly SendResult[] };
  };
  ClusterStatus: { request: Record<never, never>; response: WireClusterStatus };
}

export type ChatCall = keyof ChatCalls;

/** One rpc as bytes. Fields left out of an encoded message have their default. */
export interface WireMethod<Request, Response> {
  /** `/lastword.v1.Chat/Register` */
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  encodeRequest(value: Partial<Request>): Buffer;
  /** Absent fields read as their default. Throws on bytes that are no message. int64 fields are not numbers here: requests have none. */
  decodeRequest(bytes: Uint8Array): Request;
  encodeResponse(value: Partial<Response>): Buffer;
  /** A plain object with every field, int64 as numbers. Throws on bytes that are no message. */
  decodeResponse(bytes: Uint8Array): Response;
}

/** Encodes a plain object with one of the embedded message types, such as `lastword.v1.Message`. */
export function encodeAs(typeName: string): (value: object) => Buffer {
  const type = ROOT.lookupType(typeName);
  return (value) => encodeMessage(type, value);
}

/** The rpcs of an embedded service by name, such as `grpc.health.v1.Health`. */
export function wireService(serviceName: string): Record<string, WireMethod<object, object>> {
  const service = ROOT.lookupService(serviceName);
  const methods: Record<string, WireMethod<object, object>> = {};
  for (const method of service.methodsArray) {
    const request = service.lookupType(method.requestType);
    const response = service.lookupType(method.responseType);
    methods[method.name] = {
      path: `/${serviceName}/${method.name}`,
      requestStream: method.requestStream ?? false,
      responseStream: method.responseStream ?? false,
      encodeRequest: (value) => encodeMessage(request, value),
      decodeRequest: (bytes) => decodeMessage(request, bytes),
      encodeResponse: (value) => encodeMessage(response, value),
      decodeResponse: (bytes) =>
        response.toObject(decodeMessage(response, bytes), { longs: Number, arrays: true, defaults: true }),
    };
  }
  return methods;
}

/** The rpcs of lastword.v1.Chat, typed. */
export type ChatWire = {
  readonly [Name in ChatCall]: WireMethod<ChatCalls[Name]["request"], ChatCalls[Name]["response"]>;
};

export const CHAT_WIRE: ChatWire = wireService("lastword.v1.Chat") as unknown as ChatWire;

/** Encoded FileDescriptorProtos of the embedded packages, for reflection. */
export function fileDescriptors(): Buffer[] {
  return EMBEDDED.files.map((file) => Buffer.from(file, "base64"));
}

/** Symbol to package, for every service, method, message, field and enum that is embedded. */
export function symbolPackages(): Map<string, string> {
  const symbols = new Map<string, string>();
  const visit = (object: protobuf.ReflectionObject, packageName: string): void => {
    const name = object.fullName.slice(1);
    const isPackage = object.constructor === protobuf.Namespace;
    if (!isPackage) symbols.set(name, packageName);
    if (object instanceof protobuf.Type) for (const field of object.fieldsArray) visit(field, packageName);
    if (object instanceof protobuf.Service) for (const method of object.methodsArray) visit(method, packageName);
    if (object instanceof protobuf.Namespace) {
      for (const nested of object.nestedArray) visit(nested, isPackage ? name : packageName);
    }
  };
  for (const nested of ROOT.nestedArray) visit(nested, "");
  return symbols;
}
