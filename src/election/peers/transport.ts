/**
 * PeerTransport over gRPC (proto/peer.proto).
 *
 *     this replica                                   peer p
 *     PeerLink(p)   ---- dials, sends frames ---->   PeerServer
 *     PeerServer    <--- dials, sends frames -----   PeerLink
 *
 * There is one stream for each direction, which its sender dials (peers/link.ts, peers/server.ts).
 * This file connects the two: if either stream breaks, the peer is probed at once, and a peer that
 * dials us is dialled back at once.
 */
import type * as grpc from "@grpc/grpc-js";
import { assert } from "../../base/assert.ts";
import type { AnswerFiles, FileCall } from "../file-exchange.ts";
import { dialFiles } from "./files.ts";
import type { Frame, UnreadFrame } from "../frame.ts";
import type { Release } from "../release.ts";
import { PeerLink } from "./link.ts";
import { clustersFit, type MismatchReason, type PeerIdentity, type ProofContext, settingsHash } from "./proof.ts";
import { type Damaged, PeerServer } from "./server.ts";
import type { PeerAddress } from "./service.ts";
import { requestSnapshot, SnapshotBroken, type SnapshotProvider } from "./snapshot.ts";
import type { PeerListener, PeerTransport, SnapshotSource } from "../ports.ts";
import type { ReplicaId, Seq } from "../view.ts";

/** Gets the events of the transport. */
export interface GrpcPeerListener extends PeerListener {
  /**
   * The process that answers at the peer's address, or that dialled us with our key, does not fit. It counts
   * as a peer that is silent. Reported once for each peer and reason until that peer is proven again. A dialler
   * without our key is not reported, because anybody can claim to be a peer. `version` is the one that its
   * executable claims, if that is the reason.
   */
  onMismatch(peer: ReplicaId, reason: MismatchReason, version: string | null): void;
  /** See InboundEvents. */
  onUnread?(peer: ReplicaId, frame: UnreadFrame, release: Release): void;
  /** See InboundEvents. */
  onDamaged?(peer: ReplicaId, what: Damaged): void;
  /** The stream of frames to (`out`) or from (`in`) the peer has opened or ended. For logs and status. */
  onStream(peer: ReplicaId, direction: "in" | "out", open: boolean): void;
}

/** What {@link GrpcPeerTransport} needs. */
export interface GrpcPeerOptions {
  readonly self: PeerIdentity;
  /** What this executable understands. */
  readonly release: Release;
  /** Id of the cluster of this store; "" while it has none. Read at each proof and at each send. */
  readonly clusterId: () => string;
  /** The other configured replicas. */
  readonly peers: readonly PeerAddress[];
  /** The cluster key, 32 bytes. */
  readonly key: Uint8Array;
  /** Canonical texts that must be the same at all replicas: the modes, and the configured replica ids. */
  readonly settings: { readonly mode: string; readonly peers: string };
  readonly listener: GrpcPeerListener;
  readonly snapshots: SnapshotProvider;
  /** Answers what peers ask about files. */
  readonly files: AnswerFiles;
  /** Wall clock for the proof, ms since 1970; Date.now if absent. */
  readonly nowMs?: () => number;
}

/** See PeerTransport in ports.ts for its contract. */
export class GrpcPeerTransport implements PeerTransport {
  readonly #listener: GrpcPeerListener;
  readonly #context: ProofContext;
  readonly #addresses = new Map<ReplicaId, PeerAddress>();
  readonly #links = new Map<ReplicaId, PeerLink>();
  readonly #server: PeerServer;
  /** `peer reason` of each mismatch that was reported. */
  readonly #reported = new Set<string>();
  /** Ends the fetches of snapshots that are under way. */
  #fetches = new AbortController();
  #clusterId: string;
  #state: "new" | "running" | "stopped" = "new";

  constructor(options: GrpcPeerOptions) {
    const { self, clusterId, key, settings, peers } = options;
    this.#listener = options.listener;
    this.#context = {
      self,
      release: options.release,
      key,
      clusterId,
      modeHash: settingsHash(settings.mode),
      peersHash: settingsHash(settings.peers),
      nowMs: options.nowMs ?? Date.now,
    };
    this.#clusterId = clusterId();
    for (const address of peers) {
      assert(address.id !== self.replicaId, "a replica is not its own peer");
      this.#addresses.set(address.id, address);
      this.#links.set(address.id, this.#makeLink(address));
    }
    this.#server = new PeerServer(
      this.#context,
      [...this.#addresses.keys()],
      {
        onFrame: (from, frame) => this.#listener.onFrame(from, frame),
        onOpen: (peer, bootId) => {
          this.#proven(peer);
          this.#listener.onStream(peer, "in", true);
          this.#links.get(peer)?.peerDialled(bootId);
        },
        onBroken: (peer) => {
          if (this.#state !== "running") return;
          this.#listener.onStream(peer, "in", false);
          this.#links.get(peer)?.probe();
        },
        onMismatch: (peer, reason) => this.#report(peer, reason, null),
        onUnread: (peer, frame, release) => this.#listener.onUnread?.(peer, frame, release),
        onDamaged: (peer, what) => this.#listener.onDamaged?.(peer, what),
      },
      options,
    );
  }

  /**
   * Adds the Peer service to the server and dials the peers. The server must accept messages of
   * PEER_MESSAGE_BYTES_MAX, and must be listening already: a dialled peer dials back at once, and would
   * take a refusal for a death. `onProven` gets the connections of proven peers (gRPC's `getPeer`).
   */
  start(server: grpc.Server, onProven: (connection: string) => void = () => undefined): void {
    assert(this.#state === "new", "a transport starts once");
    this.#state = "running";
    this.#server.start(server, onProven);
    for (const link of this.#links.values()) link.start();
  }

  /**
   * Closes all streams in both directions. Nothing is delivered or reported afterwards. The owner closes the server.
   */
  stop(): void {
    this.#state = "stopped";
    for (const link of this.#links.values()) link.stop();
    this.#server.stop();
    this.#fetches.abort();
  }

  send(to: ReplicaId, frame: Frame): void {
    this.#watchClusterId();
    this.#link(to).send(frame);
  }

  /**
   * Passes the frames of this turn to gRPC now instead of in the next microtask. The bytes reach the socket a
   * few microtasks later, so a caller that is about to block the thread (fsync) must first yield with a
   * setImmediate. False: there were none.
   */
  flush(): boolean {
    let waited = false;
    for (const link of this.#links.values()) waited = link.flush() || waited;
    return waited;
  }

  probe(peer: ReplicaId): void {
    this.#link(peer).probe();
  }

  resetPeers(): void {
    this.#fetches.abort();
    this.#fetches = new AbortController();
    this.#server.closeAll();
    for (const link of this.#links.values()) link.reset();
  }

  /** Asks a peer for a snapshot. It, or its chunks, reject with SnapshotBroken. */
  async fetchSnapshot(from: ReplicaId, commonSeq: Seq): Promise<SnapshotSource> {
    const address = this.#addresses.get(from);
    assert(address !== undefined, "a snapshot comes from a configured peer");
    if (this.#state !== "running") throw new SnapshotBroken("stopped");
    return requestSnapshot(address, this.#context, commonSeq, this.#fetches.signal, () =>
      this.#listener.onDamaged?.(from, "frame"),
    );
  }

  /** Dials a peer for questions about files. Rejects if the peer does not answer, does not fit, or knows no files. */
  async dialFiles(peer: ReplicaId): Promise<FileCall> {
    const address = this.#addresses.get(peer);
    assert(address !== undefined, "files come from a configured peer");
    if (this.#state !== "running") throw new SnapshotBroken("stopped");
    return dialFiles(address, this.#context, this.#fetches.signal, () => this.#listener.onDamaged?.(peer, "frame"));
  }

  /** True while there is a proven stream on which frames can be sent to the peer. */
  isConnected(peer: ReplicaId): boolean {
    return this.#link(peer).up;
  }

  #link(peer: ReplicaId): PeerLink {
    const link = this.#links.get(peer);
    assert(link !== undefined, "a frame goes to a configured peer");
    return link;
  }

  #makeLink(address: PeerAddress): PeerLink {
    const peer = address.id;
    return new PeerLink(address, this.#context, {
      onRefused: () => this.#listener.onRefused(peer),
      onMismatch: (reason, version) => this.#report(peer, reason, version),
      onChange: (up) => {
        if (up) this.#proven(peer);
        if (this.#state === "running") this.#listener.onStream(peer, "out", up);
      },
    });
  }

  /** If the store has joined a cluster since the last call, ends the streams of peers of another cluster. */
  #watchClusterId(): void {
    const clusterId = this.#context.clusterId();
    if (clusterId === this.#clusterId) return;
    this.#clusterId = clusterId;
    this.#server.clusterChanged(clusterId);
    for (const link of this.#links.values()) {
      if (link.clusterId !== null && !clustersFit(clusterId, link.clusterId)) link.reset();
    }
  }

  #report(peer: ReplicaId, reason: MismatchReason, version: string | null): void {
    const id = `${peer} ${reason}`;
    if (this.#state !== "running" || this.#reported.has(id)) return;
    this.#reported.add(id);
    this.#listener.onMismatch(peer, reason, version);
  }

  /** Call it when the peer was proven. A later mismatch is then reported again. */
  #proven(peer: ReplicaId): void {
    for (const reason of ["key", "cluster", "mode", "peers", "version"]) {
      this.#reported.delete(`${peer} ${reason}`);
    }
  }
}
