/**
 * The Peer service as gRPC sees it: method names and channel settings. gRPC passes messages as
 * bytes and peers/packet.ts decodes them, so that this program handles invalid ones.
 */
import * as grpc from "@grpc/grpc-js";
import { asBuffer } from "../../../proto/wire-reader.ts";
import { clientCredentials } from "../../base/grpc-credentials.ts";
import { PEER_MESSAGE_BYTES_MAX } from "./pieces.ts";
import type { ReplicaId } from "../view.ts";

/** The address at which a replica listens for its peers. */
export interface PeerAddress {
  readonly id: ReplicaId;
  readonly host: string;
  readonly port: number;
}

/** The dialler's end of a call. */
export type PeerCallStream = grpc.ClientDuplexStream<Uint8Array, Uint8Array>;
/** The acceptor's end of a call. */
export type PeerServerStream = grpc.ServerDuplexStream<Uint8Array, Uint8Array>;

/** The call that carries frames from the dialler. */
export const CONNECT_PATH = "/lastword.v1.Peer/Connect";
/** The call that carries a snapshot to the dialler. */
export const FETCH_SNAPSHOT_PATH = "/lastword.v1.Peer/FetchSnapshot";

/** The call that carries files, and questions about them. */
export const FILES_PATH = "/lastword.v1.Peer/Files";

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

/** The definition of the service, with messages as bytes. */
export const PEER_SERVICE = {
  Connect: bytesMethod(CONNECT_PATH),
  FetchSnapshot: bytesMethod(FETCH_SNAPSHOT_PATH),
  Files: bytesMethod(FILES_PATH),
} satisfies grpc.ServiceDefinition;

/** The options that a grpc.Server with the Peer service needs at least. */
export const PEER_SERVER_OPTIONS: grpc.ServerOptions = {
  "grpc.max_receive_message_length": PEER_MESSAGE_BYTES_MAX,
};

const CHANNEL_OPTIONS: grpc.ChannelOptions = {
  "grpc.max_receive_message_length": PEER_MESSAGE_BYTES_MAX,
  // Dial peers at their configured addresses, even if http_proxy is set.
  "grpc.enable_http_proxy": 0,
  // Statistics that nobody reads, kept with every message.
  "grpc.enable_channelz": 0,
  // Each dial starts afresh, without a connection or the back-off of an earlier one.
  "grpc.use_local_subchannel_pool": 1,
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 500,
  // After a silent partition, TCP may wait for minutes before it sends again. Therefore a ping
  // without an answer ends the connection, and a new dial gets through at once. This takes longer
  // than suspectMs, so that a peer which only stalls keeps its streams.
  "grpc.keepalive_time_ms": 2000,
  "grpc.keepalive_timeout_ms": 2000,
};

/** Opens a channel for one dial. Cancel its calls before closing it, because close() waits for them. */
export function openClient(address: PeerAddress): grpc.Client {
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  const target = `${host}:${address.port}`;
  return new grpc.Client(target, clientCredentials(), CHANNEL_OPTIONS);
}

/** Starts a call with bytes in both directions. Listen for its "error" first; without a listener it is thrown. */
export function openCall(client: grpc.Client, path: string): PeerCallStream {
  return client.makeBidiStreamRequest(path, asBuffer, asIs, new grpc.Metadata());
}
