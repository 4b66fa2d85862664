/**
 * Known bugs that the tests re-inject. The simulator must catch each of them (mutants.test.ts), otherwise it proves
 * nothing. Bugs of the core are changes of its sources, listed here; those of the shell around the core are in
 * shell-mutants.ts. The others are built into what is simulated: disks, snapshots, the network, clocks, streams, and
 * the rules of the chat.
 */
import { Core } from "../../src/election/core/core.ts";
import { partsWith, type Change } from "./changed-sources.ts";

/** Bugs that are built into what is simulated. */
const SIMULATED = [
  "divergent-suffix-dropped",
  "promised-not-persisted",
  "store-id-ignored",
  "dedupe-missing-from-snapshot",
  "snapshot-switched-early",
  "ballot-without-nonce",
  "log-before-snapshot",
  "cursor-waits-for-the-dead",
  "clock-unbounded",
  "login-checks-at-the-proposer-only",
  "early-mark-dropped",
  "format-kept-by-a-merge",
  "too-old-goes-on",
  "checksum-not-checked",
] as const;

/** The lines that decide how far a leader commits: up to what is durable on every member. */
const COMMIT_RULE = `    let durable = log.durableSeq;
    for (const member of view.members) {
      if (member.replicaId === identity.replicaId) continue;
      durable = Math.min(durable, this.#matchOf(member));
    }
`;

const CORE_CHANGES = {
  // A restart does not clear `active`: the log's last view is believed to be the cluster's.
  "stale-replica-leads-alone": { file: "self.ts", was: "  #active = false;\n", is: "  #active = true;\n" },
  "no-pause-rule": {
    file: "core.ts",
    was: "    const pauseMs = Math.max(gap, quiet);\n",
    is: "    const pauseMs = 0;\n",
  },
  // A leader that meets a higher ballot takes the next number instead of asking for promises, and others accept it.
  "bumps-own-ballot": {
    file: "core.ts",
    was: `    this.#leadership = null;
    this.#standing.reset();
    this.#standing.begin(null);
`,
    is: `    const before = this.#leadership;
    const ballot = { counter: promised.counter + 1, replicaId: this.identity.replicaId, nonce: this.#nonce() };
    const { members } = before.view();
    this.log.promise(ballot);
    const next = this.#lead(ballot);
    next.begin(members, null, [], new Map());
    next.takeOver(before);
`,
    also: {
      file: "core.ts",
      was: "    if (order > 0 && from !== this.#following.leaderId) return;\n",
      is: "    if (order > 0 && from !== this.#following.leaderId) this.#follow(from);\n",
      also: {
        file: "leadership.ts",
        was: "  view(): View {\n",
        is: `  takeOver(before: Leadership): void {
    for (const [id, progress] of before.#progress) this.#progress.set(id, { ...progress });
  }

  view(): View {
`,
      },
    },
  },
  "ack-at-majority": {
    file: "leadership.ts",
    was: COMMIT_RULE,
    is: `    const held = view.members.map((m) => (m.replicaId === identity.replicaId ? log.durableSeq : this.#matchOf(m)));
    const durable = held.sort((a, b) => b - a)[Math.floor(held.length / 2)] ?? 0;
`,
  },
  "ack-before-own-fsync": {
    file: "leadership.ts",
    was: "    let durable = log.durableSeq;\n",
    is: "    let durable = log.lastSeq;\n",
    also: {
      file: "core.ts",
      was: "    switch (event.type) {\n",
      is: "    if (this.#leadership !== null) this.log.durableSeq = this.log.lastSeq;\n    switch (event.type) {\n",
    },
  },
  "learner-counted": {
    file: "leadership.ts",
    was: COMMIT_RULE,
    is: `    const isMine = (id: ReplicaId) => id === identity.replicaId;
    const learners = [...this.#progress.values()].filter((p) => !view.members.some((m) => m.replicaId === p.replicaId));
    const held = view.members.map((m) => (isMine(m.replicaId) ? log.durableSeq : this.#matchOf(m)));
    held.push(...learners.map((p) => p.match));
    const durable = Math.min(log.durableSeq, held.sort((a, b) => b - a)[view.members.length - 1] ?? 0);
`,
  },
  // Accepting an Append does not raise the promise.
  "accept-keeps-promised": {
    file: "log-mirror.ts",
    was: `    if (promised !== null) {
      this.promised = promised;
      rows.promised = promised;
    }
`,
    is: "",
    also: {
      file: "following.ts",
      was: "this.#ackDue && sameBallot(stream.ballot, log.promised)) {\n",
      is: "this.#ackDue) {\n",
    },
  },
  "shorter-append-cuts": {
    file: "following.ts",
    was: "    stream.round = Math.max(stream.round, round);\n",
    is: `    stream.round = Math.max(stream.round, round);
    if (end < log.lastSeq) log.append([], end, null);
`,
  },
  "excluded-stays-active": {
    file: "core.ts",
    was: "    this.#self.leaveView(viewNo);\n",
    is: "",
  },
  // A leaving replica says so while it stands, so that a peer which has promised to it continues without it.
  "candidate-consents": {
    file: "core.ts",
    was: "(this.#leaving !== null && !this.#standing.standing())",
    is: "this.#leaving !== null",
  },
  // A candidate defers for ever to a replica with a longer log, even if that one may not lead.
  "longer-log-blocks": {
    file: "standing.ts",
    was: "    if (this.#deferredMs > 0) this.#deferredMs += elapsedMs;\n",
    is: "",
    also: {
      file: "standing.ts",
      was: "    return s.view !== null && isMember(s.view, s.replicaId, s.storeId);\n",
      is: "    return s.replicaId >= 0;\n",
    },
  },
} satisfies Record<string, Change>;

/** The name of a bug of the core or of what is simulated. */
export type Mutant = (typeof SIMULATED)[number] | keyof typeof CORE_CHANGES;

/** The names of all of them. */
export const MUTANTS: readonly Mutant[] = [
  ...SIMULATED,
  ...(Object.keys(CORE_CHANGES) as (keyof typeof CORE_CHANGES)[]),
];

/** The core with the bug in `mutants` (at most one); the real core if there is none. */
export function coreWith(mutants: ReadonlySet<string>): typeof Core {
  return (partsWith(mutants, CORE_CHANGES, "election/core/core.ts")?.["Core"] as typeof Core | undefined) ?? Core;
}
