/**
 * Known bugs, re-injected: each must be caught by the simulator (tests/simulation/mutants.test.ts),
 * else the simulator proves nothing. They are patched into a core from here, so that the
 * executable carries no switch for any of them; those of the driver are in shell-mutants.ts, and those of the
 * disk, of snapshots, of the network, of clocks and of streams in the files that simulate these.
 */
import type { Core } from "../../src/election/core/core.ts";
import type { Event } from "../../src/election/event.ts";
import { batchLength, type Append, type Batch } from "../../src/election/frame.ts";
import {
  compareBallots,
  type Ballot,
  type Member,
  type ReplicaId,
  type Seq,
  type View,
} from "../../src/election/view.ts";

/** The bugs, by name. */
export const MUTANTS = [
  "stale-replica-leads-alone",
  "divergent-suffix-dropped",
  "no-pause-rule",
  "bumps-own-ballot",
  "ack-at-majority",
  "ack-before-own-fsync",
  "promised-not-persisted",
  "learner-counted",
  "store-id-ignored",
  "dedupe-missing-from-snapshot",
  "snapshot-switched-early",
  "accept-keeps-promised",
  "shorter-append-cuts",
  "excluded-stays-active",
  "ballot-without-nonce",
  "longer-log-blocks",
  "log-before-snapshot",
  "cursor-waits-for-the-dead",
  "clock-unbounded",
  "login-checks-at-the-proposer-only",
  "early-mark-dropped",
  "checksum-not-checked",
] as const;

export type Mutant = (typeof MUTANTS)[number];

interface LogInternals {
  promised: Ballot;
  durableSeq: Seq;
  lastSeq: Seq;
  recompute(): void;
  append(batches: Batch[], cutAfter: Seq | null, promised: Ballot | null): number;
  promise(ballot: Ballot): number;
}

interface LeadershipInternals {
  commit: Seq;
  viewActive: boolean;
  readonly progress: Map<ReplicaId, { readonly match: Seq }>;
  view(): View;
  matchOf(member: Member): Seq;
  advanceCommit(): void;
  begin(members: readonly Member[], forkRisk: null, grants: readonly never[], boots: Map<ReplicaId, string>): void;
}

/** The private parts that a bug replaces. A rename in src/election shows here when a mutant is not caught any more. */
interface CoreInternals {
  active: boolean;
  readonly log: LogInternals;
  leadership: LeadershipInternals | null;
  streamBallot: Ballot | null;
  leaderId: ReplicaId | null;
  readonly standing: {
    deferredMs: number;
    tick(elapsedMs: number): void;
    deferenceMs(me: unknown, supporters: readonly unknown[]): number;
    isPeerInOwnView(supporter: unknown): boolean;
  };
  nonce(): string;
  checkPause(now: number): void;
  lead(ballot: Ballot): LeadershipInternals;
  outbid(promised: Ballot): void;
  follow(id: ReplicaId): void;
  followTurn(): void;
  onAppend(from: ReplicaId, append: Append): void;
  onLeave(from: ReplicaId, viewNo: View["no"]): void;
  step(event: Event, now: number): unknown;
}

type Patch = (core: CoreInternals, replicaId: ReplicaId) => void;

/** Replaces the commit rule of every leadership of a core; `rule` answers how far to commit. */
function commitBy(
  core: CoreInternals,
  replicaId: ReplicaId,
  rule: (own: Seq, others: Seq[], learners: Seq[]) => Seq,
): void {
  const lead = core.lead.bind(core);
  core.lead = (ballot) => {
    const leadership = lead(ballot);
    leadership.advanceCommit = () => {
      const view = leadership.view();
      const peers = view.members.filter((m) => m.replicaId !== replicaId);
      const outside = [...leadership.progress].filter(([id]) => view.members.every((m) => m.replicaId !== id));
      const durable = rule(
        core.log.durableSeq,
        peers.map((m) => leadership.matchOf(m)),
        outside.map(([, p]) => p.match),
      );
      if (durable < view.startSeq || durable <= leadership.commit) return;
      leadership.commit = durable;
      leadership.viewActive = true;
    };
    return leadership;
  };
}

function largest(values: readonly Seq[], n: number): Seq {
  return values.toSorted((a, b) => b - a)[n - 1] ?? 0;
}

const PATCHES: Partial<Record<Mutant, Patch>> = {
  // A restart does not clear `active`: the log's last view is believed to be the cluster's.
  "stale-replica-leads-alone": (core) => {
    core.active = true;
  },
  "no-pause-rule": (core) => {
    core.checkPause = () => undefined;
  },
  // Outbid, a leader takes the next number instead of asking for promises, and is believed for its number alone.
  "bumps-own-ballot": (core, replicaId) => {
    core.outbid = (promised) => {
      const { leadership } = core;
      if (leadership === null || compareBallots(promised, core.log.promised) <= 0) return;
      const { members } = leadership.view();
      const ballot = { counter: promised.counter + 1, replicaId, nonce: core.nonce() };
      core.log.promise(ballot);
      const next = core.lead(ballot);
      next.begin(members, null, [], new Map<ReplicaId, string>());
      for (const [id, progress] of leadership.progress) next.progress.set(id, { ...progress });
    };
    const onAppend = core.onAppend.bind(core);
    core.onAppend = (from, append) => {
      if (compareBallots(append.ballot, core.log.promised) > 0 && core.leaderId !== from) core.follow(from);
      onAppend(from, append);
    };
  },
  "ack-at-majority": (core, replicaId) => {
    commitBy(core, replicaId, (own, members) => largest([own, ...members], Math.floor((members.length + 1) / 2) + 1));
  },
  "ack-before-own-fsync": (core, replicaId) => {
    commitBy(core, replicaId, (_own, members) => Math.min(core.log.lastSeq, ...members));
    const step = core.step.bind(core);
    core.step = (event, now) => {
      if (core.leadership !== null) core.log.durableSeq = core.log.lastSeq;
      return step(event, now);
    };
  },
  "learner-counted": (core, replicaId) => {
    commitBy(core, replicaId, (own, members, learners) =>
      Math.min(own, largest([own, ...members, ...learners], members.length + 1)),
    );
  },
  // The promise counts when it is given; an accepted Append does not raise it.
  "accept-keeps-promised": (core) => {
    const append = core.log.append.bind(core.log);
    core.log.append = (batches, cutAfter) => append(batches, cutAfter, null);
    const followTurn = core.followTurn.bind(core);
    core.followTurn = () => {
      const { promised } = core.log;
      if (core.streamBallot !== null) core.log.promised = core.streamBallot;
      followTurn();
      core.log.promised = promised;
    };
  },
  "shorter-append-cuts": (core) => {
    const onAppend = core.onAppend.bind(core);
    core.onAppend = (from, append) => {
      onAppend(from, append);
      if (core.leaderId !== from || core.streamBallot === null) return;
      const end = append.prevSeq + append.batches.reduce((n, batch) => n + batchLength(batch), 0);
      if (end < core.log.lastSeq) core.log.append([], end, null);
    };
  },
  "excluded-stays-active": (core) => {
    const onLeave = core.onLeave.bind(core);
    core.onLeave = (from, viewNo) => {
      const { active } = core;
      onLeave(from, viewNo);
      core.active = active;
    };
  },
  // Whoever has more comes first, also if it may not lead, and for ever.
  "longer-log-blocks": (core) => {
    const { standing } = core;
    standing.isPeerInOwnView = () => true;
    const tick = standing.tick.bind(standing);
    standing.tick = (elapsedMs) => {
      tick(elapsedMs);
      standing.deferredMs = Math.min(standing.deferredMs, 1);
    };
  },
};

/** Patches the bugs asked for into a new core. */
export function mutate(core: Core, mutants: ReadonlySet<string>): Core {
  for (const mutant of MUTANTS) {
    if (mutants.has(mutant)) PATCHES[mutant]?.(core as unknown as CoreInternals, core.identity.replicaId);
  }
  return core;
}
