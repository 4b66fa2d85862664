/** Wires what one replica watches on its host and reports to its operator. */
import { replicaFolder } from "../host/data-folder.ts";
import type { Membership } from "./join-cluster.ts";
import type { Beat } from "../election/frame.ts";
import type { ReplicaContext } from "./context.ts";
import { DiskLine } from "./disk-line.ts";
import { HostWatch } from "./host-watch.ts";
import type { PageServer } from "./listeners.ts";
import { ReachWatch } from "./reach-watch.ts";
import { StrandedWatch } from "./stranded-watch.ts";
import { certificateWarnings } from "./tls.ts";

/** What {@link watchHost} needs. */
export interface HostParts {
  readonly context: ReplicaContext;
  readonly membership: Membership;
  readonly page: PageServer;
  /** Number of accounts that are not deleted. */
  readonly people: () => number;
  /** True if this store knows a view. */
  readonly hasData: () => boolean;
  /** The peer's last Beat while it is heard; null otherwise. */
  readonly peerBeat: (peer: number) => Beat | null;
  /** Warnings that an upgrade of this host would end. */
  readonly formatWarnings: () => readonly string[];
  readonly diskFull: () => boolean;
}

/** Builds the watches. The caller reports streams to `reach` and calls `host.look` at short intervals. */
export function watchHost(parts: HostParts): { host: HostWatch; reach: ReachWatch } {
  const { context, membership, page, people, hasData, peerBeat } = parts;
  const { id, settings, logger, onMismatch } = context;
  const now = (): number => performance.now();
  const reach = new ReachWatch({
    self: id,
    configured: settings.peers,
    hears: (peer) => peerBeat(peer) !== null,
    now,
  });
  const stranded = new StrandedWatch({
    self: id,
    peers: settings.peers.map((peer) => peer.id).filter((peer) => peer !== id),
    keyPath: settings.keyPath,
    key: membership.key,
    bootstrap: settings.bootstrap,
    creator: membership.creator,
    hasData,
    peerBeat,
    isUnanswered: () => reach.isUnanswered,
    onMismatch,
    now,
  });
  const host = new HostWatch({
    self: id,
    data: settings.data,
    disk: new DiskLine(replicaFolder(settings.data, id), parts.diskFull, logger),
    people,
    warnings: () => [
      ...reach.warnings(),
      ...stranded.warnings(),
      ...certificateWarnings(page),
      ...parts.formatWarnings(),
    ],
    accept: (open) => page.accept(open),
    logger,
    say: (line) => process.stderr.write(line),
  });
  return { host, reach };
}
