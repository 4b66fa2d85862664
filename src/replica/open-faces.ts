/** Builds the faces of a replica: the calls of its gRPC port and its page. */
import { addChatService, type ChatApi } from "../api/chat-api.ts";
import { clusterMark, clusterToken } from "../host/cluster-key.ts";
import { addControlService, askReplica, type EnableAnswer, type EnableQuestion } from "../ops/control.ts";
import { createWeb, type Web } from "../web/app.ts";
import type { Addresses } from "./addresses.ts";
import type { ReplicaContext } from "./context.ts";
import type { Membership } from "./join-cluster.ts";
import type { GrpcPort, PageServer } from "./listeners.ts";
import type { Rooms } from "./open-rooms.ts";
import type { ReplicaStorage } from "./storage.ts";
import { tokenCheck } from "../host/token-check.ts";
import { isLoopback } from "../base/loopback.ts";
import { printAddress } from "../host/address.ts";
import type { ReplicaId } from "../election/view.ts";
import { enableAtLeader } from "./enable-at-leader.ts";
import { giveRole, invite, listPeople, reset, setActive } from "./operator-calls.ts";

/**
 * How long to wait for the leader: a little longer than the leader waits for its op, and less than the command waits.
 */
const ENABLE_TIMEOUT_MS = 11_000;

/** What the faces are built on. */
export interface Faces {
  readonly context: ReplicaContext;
  readonly rooms: Rooms;
  readonly membership: Membership;
  readonly storage: ReplicaStorage;
}

/** Adds the services Chat and Control to the gRPC port, before it takes calls. */
export function addCalls({ context, rooms, membership, storage }: Faces, { server, guard }: GrpcPort): ChatApi {
  const { chat, report, caught, gate, host, engine } = rooms;
  const { secret } = membership.key;
  guard.authenticate = (token) => chat.authenticate(token) !== null;
  addControlService(server, {
    secret,
    status: () => report.status(),
    host: () => host.facts(),
    enable: (question) =>
      enableAtLeader(question, {
        self: context.id,
        leaderId: () => engine.coreStatus().leaderId,
        leads: () => engine.status().leads,
        gate,
        ask: (leader, passed) => askToEnable(context, secret, leader, passed),
      }),
    hash: () => storage.state.hashAside(),
    people: (question) => listPeople(chat.operator, question),
    giveRole: (question) => giveRole(chat.operator, question),
    invite: (question) => invite(chat.operator, question),
    reset: (question) => reset(chat.operator, question),
    setActive: (question) => setActive(chat.operator, question),
  });
  return addChatService(server, {
    chat,
    onLogin: (peer) => guard.knowsClient(peer),
    status: () => report.status(),
    onCaught: (error) => caught("call", error),
    openStatus: context.settings.loopback,
    authenticateCluster: tokenCheck(clusterToken(secret, "status")),
  });
}

async function askToEnable(
  { settings }: ReplicaContext,
  secret: Uint8Array,
  leader: ReplicaId,
  question: EnableQuestion,
): Promise<EnableAnswer | null> {
  const peer = settings.peers.find(({ id }) => id === leader);
  if (peer === undefined) return null;
  return await askReplica("Enable", { grpc: printAddress(peer), secret, timeoutMs: ENABLE_TIMEOUT_MS, question });
}

/** Builds the page. */
export function openWeb(
  { context, rooms, membership }: Faces,
  { addresses, page }: { readonly addresses: Addresses; readonly page: PageServer },
): Web {
  const { id, settings } = context;
  const { chat, engine, report, host, gossip, clock, caught, notWritable } = rooms;
  const { secret } = membership.key;
  return createWeb({
    chat,
    status: () => report.status(),
    // Every member of the view holds all committed entries.
    copies: () => engine.coreStatus().view?.members.length ?? 0,
    healthz: () => host.health(notWritable(), engine.coreStatus().role),
    origins: () => addresses.origins(),
    hosts: addresses.hosts,
    doors: () => addresses.doors(),
    sendAlive: (userId, stream) => gossip.sendAlive(userId, stream),
    cluster: clusterMark(secret),
    secureCookies: settings.tls !== null || settings.behindProxy,
    // Behind a proxy on this host, every visitor arrives at a listener on loopback.
    openStatus: addresses.hosts.every(isLoopback) && !settings.behindProxy,
    onCaught: (error) => caught("page", error),
    clock,
    wallMsAt: (origin) => clock.wallMsOf(addresses.replicaAt(origin) ?? id),
    behindProxy: settings.behindProxy,
    self: page.origin,
    demo: context.demo,
    handoverKey: Buffer.from(clusterToken(secret, "handover"), "base64url"),
    authenticateCluster: tokenCheck(clusterToken(secret, "status")),
  });
}
