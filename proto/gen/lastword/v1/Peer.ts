// Original file: peer.proto

import type * as grpc from "@grpc/grpc-js";
import type { MethodDefinition } from "@grpc/proto-loader";
import type {
  PacketInput as _lastword_v1_PacketInput,
  WirePacket as Wire_lastword_v1_Packet,
} from "../../lastword/v1/Packet.ts";

export interface PeerClient extends grpc.Client {
  Connect(
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientDuplexStream<_lastword_v1_PacketInput, Wire_lastword_v1_Packet>;
  Connect(options?: grpc.CallOptions): grpc.ClientDuplexStream<_lastword_v1_PacketInput, Wire_lastword_v1_Packet>;
  connect(
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientDuplexStream<_lastword_v1_PacketInput, Wire_lastword_v1_Packet>;
  connect(options?: grpc.CallOptions): grpc.ClientDuplexStream<_lastword_v1_PacketInput, Wire_lastword_v1_Packet>;

  FetchSnapshot(
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientDuplexStream<_lastword_v1_PacketInput, Wire_lastword_v1_Packet>;
  FetchSnapshot(options?: grpc.CallOptions): grpc.ClientDuplexStream<_lastword_v1_PacketInput, Wire_lastword_v1_Packet>;
  fetchSnapshot(
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientDuplexStream<_lastword_v1_PacketInput, Wire_lastword_v1_Packet>;
  fetchSnapshot(options?: grpc.CallOptions): grpc.ClientDuplexStream<_lastword_v1_PacketInput, Wire_lastword_v1_Packet>;

  Files(
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientDuplexStream<_lastword_v1_PacketInput, Wire_lastword_v1_Packet>;
  Files(options?: grpc.CallOptions): grpc.ClientDuplexStream<_lastword_v1_PacketInput, Wire_lastword_v1_Packet>;
  files(
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientDuplexStream<_lastword_v1_PacketInput, Wire_lastword_v1_Packet>;
  files(options?: grpc.CallOptions): grpc.ClientDuplexStream<_lastword_v1_PacketInput, Wire_lastword_v1_Packet>;
}

export interface PeerHandlers extends grpc.UntypedServiceImplementation {
  Connect: grpc.handleBidiStreamingCall<Wire_lastword_v1_Packet, _lastword_v1_PacketInput>;

  FetchSnapshot: grpc.handleBidiStreamingCall<Wire_lastword_v1_Packet, _lastword_v1_PacketInput>;

  Files: grpc.handleBidiStreamingCall<Wire_lastword_v1_Packet, _lastword_v1_PacketInput>;
}

export interface PeerDefinition extends grpc.ServiceDefinition {
  Connect: MethodDefinition<
    _lastword_v1_PacketInput,
    _lastword_v1_PacketInput,
    Wire_lastword_v1_Packet,
    Wire_lastword_v1_Packet
  >;
  FetchSnapshot: MethodDefinition<
    _lastword_v1_PacketInput,
    _lastword_v1_PacketInput,
    Wire_lastword_v1_Packet,
    Wire_lastword_v1_Packet
  >;
  Files: MethodDefinition<
    _lastword_v1_PacketInput,
    _lastword_v1_PacketInput,
    Wire_lastword_v1_Packet,
    Wire_lastword_v1_Packet
  >;
}
