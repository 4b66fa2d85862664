/**
 * The Peer service as gRPC sees it: method names and channel settings. Messages pass as
 * bytes; peers/packet.ts gives them meaning, so that a bad one is ours to answer.
 */
import * as grpc from "@grpc/grpc-js";
import { asBuffer } from "../../../proto/wire-reader.ts";
import { clientCredentials } from "../../base/grpc-credentials.ts";
import { PEER_MESSAGE_BYTES_MAX } from "./pieces.ts";
import type { ReplicaId } from "../view.ts";

/** Where a replica listens for its peers. */
export interface PeerAddress {
  readonly id: ReplicaId;
  readonly host: string;
  readonly port: number;
}

export type PeerCallStream = grpc.ClientDuplexStream<Uint8Array, Uint8Array>;
export type PeerServerStream = grpc.ServerDuplexStream<Uint8Array, Uint8Array>;

export const CONNECT_PATH = "/lastword.v1.Peer/Connect";
export const FETCH_SNAPSHOT_PATH = "/lastword.v1.Peer/FetchSnapshot";

function asIs(bytes: Buffer): Uint8Array {
  return bytes;
}

function bytesMethod(path: string): grpc.MethodDefinition<Uint8Array, Uint8Array> {
  return {
    path,
    requestStream: true,
    responseStream: true,
    requestSerialize: asBuffer,
    requestDeserialize: asIs,
    responseSerialize: asBuffer,
    responseDeserialize: asIs,
  };
}

export const PEER_SERVICE = {
  Connect: bytesMethod(CONNECT_PATH),
  FetchSnapshot: bytesMethod(FETCH_SNAPSHOT_PATH),
} satisfies grpc.ServiceDefinition;

/** The least that a grpc.Server which carries the Peer service must be made with. */
export const PEER_SERVER_OPTIONS: grpc.ServerOptions = {
  "grpc.max_receive_message_length": PEER_MESSAGE_BYTES_MAX,
};

const CHANNEL_OPTIONS: grpc.ChannelOptions = {
  "grpc.max_receive_message_length": PEER_MESSAGE_BYTES_MAX,
  // Peers are dialled where they were configured to be, whatever http_proxy says.
  "grpc.enable_http_proxy": 0,
  // A dial starts afresh: no connection, and no back-off, of an earlier one is used again.
  "grpc.use_local_subchannel_pool": 1,
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 500,
  // After a silent partition TCP itself may wait for minutes before it tries again. A ping
  // without answer ends the connection instead, and a new dial gets through at once. Slower
  // than a suspicion, so that a peer which merely stalls keeps its streams.
  "grpc.keepalive_time_ms": 2000,
  "grpc.keepalive_timeout_ms": 2000,
};

/** A channel of its own for one dial. Cancel its calls before closing it: close() waits for them. */
export function openClient(address: PeerAddress): grpc.Client {
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  const target = `${host}:${address.port}`;
  return new grpc.Client(target, clientCredentials(), CHANNEL_OPTIONS);
}

/** Starts a call of bytes both ways. Listen to its "error" before anything else, or it is thrown. */
export function openCall(client: grpc.Client, path: string): PeerCallStream {
  return client.makeBidiStreamRequest(path, asBuffer, asIs, new grpc.Metadata());
}
