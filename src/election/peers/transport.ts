/**
 * Frames between replicas over gRPC (proto/peer.proto): PeerTransport for real.
 *
 *     this replica                                   peer p
 *     PeerLink(p)   ---- dials, sends frames ---->   PeerServer
 *     PeerServer    <--- dials, sends frames -----   PeerLink
 *
 * One stream for each direction, each dialled by its sender (peers/link.ts, peers/server.ts).
 * This file ties them: a stream that breaks, either of the two, has the peer probed at once;
 * a peer that dials us is dialled back at once.
 */
import type * as grpc from "@grpc/grpc-js";
import { assert } from "../../base/assert.ts";
import type { Frame, UnreadFrame } from "../frame.ts";
import type { Release } from "../release.ts";
import { PeerLink } from "./link.ts";
import { clustersFit, type MismatchReason, type PeerIdentity, type ProofContext, settingsHash } from "./proof.ts";
import { type Damaged, PeerServer } from "./server.ts";
import type { PeerAddress } from "./service.ts";
import { requestSnapshot, SnapshotBroken, type SnapshotProvider } from "./snapshot.ts";
import type { PeerListener, PeerTransport, SnapshotSource } from "../ports.ts";
import type { ReplicaId, Seq } from "../view.ts";

export interface GrpcPeerListener extends PeerListener {
  /**
   * Whoever answers at the peer's address, or dialled us with our key, does not fit; its
   * silence is all that counts. Once for each peer and reason until that peer is proven
   * again. A dialler without our key is not reported: anybody can claim to be a peer. `version` is that of its
   * executable, as it says, if that is the reason.
   */
  onMismatch(peer: ReplicaId, reason: MismatchReason, version: string | null): void;
  /** See InboundEvents. */
  onUnread?(peer: ReplicaId, frame: UnreadFrame, release: Release): void;
  /** Something of the peer's was changed on the way (`frame`), or one of its ops is not as it was proposed. Nothing of it was taken. */
  onDamaged?(peer: ReplicaId, what: Damaged): void;
  /** The stream of frames to (`out`) or from (`in`) the peer opened or ended. For logs and status. */
  onStream(peer: ReplicaId, direction: "in" | "out", open: boolean): void;
}

export interface GrpcPeerOptions {
  readonly self: PeerIdentity;
  /** What this executable understands. */
  readonly release: Release;
  /** Id of the cluster of this store, "" while it has none. Read at each proof and each turn's first send. */
  readonly clusterId: () => string;
  /** The other configured replicas. */
  readonly peers: readonly PeerAddress[];
  /** The cluster key, 32 bytes. */
  readonly key: Uint8Array;
  /** Canonical texts that must be the same at all replicas: modes, and the configured peer list. */
  readonly settings: { readonly mode: string; readonly peers: string };
  readonly listener: GrpcPeerListener;
  readonly snapshots: SnapshotProvider;
  /** Wall clock for the proof, ms since 1970; Date.now if absent. */
  readonly nowMs?: () => number;
}

/** See PeerTransport in ports.ts for what it promises its caller. */
export class GrpcPeerTransport implements PeerTransport {
  readonly #listener: GrpcPeerListener;
  readonly #context: ProofContext;
  readonly #addresses = new Map<ReplicaId, PeerAddress>();
  readonly #links = new Map<ReplicaId, PeerLink>();
  readonly #server: PeerServer;
  /** `peer reason` of what was reported. */
  readonly #reported = new Set<string>();
  /** Ends snapshots that are being fetched, at resetPeers and stop. */
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
      options.snapshots,
    );
  }

  /**
   * Adds the Peer service to the server and dials the peers. The server must be listening
   * already (a peer that is dialled dials back at once, and a refusal reads as a death)
   * and take messages of PEER_MESSAGE_BYTES_MAX. `onProven` hears which connections are peers' (`getPeer`).
   */
  start(server: grpc.Server, onProven: (connection: string) => void = () => undefined): void {
    assert(this.#state === "new", "a transport starts once");
    this.#state = "running";
    this.#server.start(server, onProven);
    for (const link of this.#links.values()) link.start();
  }

  /** Closes all streams, in and out. Nothing is delivered or reported afterwards. The server is its owner's to close. */
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
   * Hands what this turn sent to gRPC now instead of in the next microtask. The bytes reach
   * the socket a few microtasks later: a caller that is about to block the thread (fsync)
   * lets go of it once before, by awaiting a setImmediate. False: nothing waited.
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

  /** Rejects with SnapshotBroken, or its chunks do. */
  async fetchSnapshot(from: ReplicaId, commonSeq: Seq): Promise<SnapshotSource> {
    const address = this.#addresses.get(from);
    assert(address !== undefined, "a snapshot comes from a configured peer");
    if (this.#state !== "running") throw new SnapshotBroken("stopped");
    return requestSnapshot(address, this.#context, commonSeq, this.#fetches.signal, () =>
      this.#listener.onDamaged?.(from, "frame"),
    );
  }

  /** True while frames sent now have a proven stream to go out on. */
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

  /** The store was given to a cluster after streams had been proven: those of another one end. */
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

  /** What was wrong with the peer has been mended; if it goes wrong again it is news again. */
  #proven(peer: ReplicaId): void {
    for (const reason of ["key", "cluster", "mode", "peers", "version"]) {
      this.#reported.delete(`${peer} ${reason}`);
    }
  }
}
