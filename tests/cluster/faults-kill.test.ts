/**
 * A replica is killed at each step of an op's way through it, as the leader and as a follower, and returns by itself:
 * under load, where no acknowledged message is lost or duplicated; and while one op of each kind is under way, which its
 * client sends again to another replica, and which has its effect once.
 */
import { expect } from "bun:test";
import type { Failpoint } from "../../src/base/faults.ts";
import { KINDS, type OpKind } from "../../src/chat/kinds/kinds.ts";
import { Team, type Act, type AllRows } from "../support/acting.ts";
import { ACTED, prepare } from "../support/acts.ts";
import { FAULTS_BINARY } from "../../harness/cluster.ts";
import { order, struck } from "../../harness/fault-orders.ts";
import { logOf, readAllRows } from "../../harness/history.ts";
import { lasting, RATE, SOAK, story, type Stage } from "../../harness/load-cluster.ts";

const PLACES: Record<"leader" | "follower", readonly Failpoint[]> = {
  leader: ["log-append", "log-sync", "log-synced", "peer-send", "state-apply", "state-applied"],
  follower: ["log-append", "log-sync", "log-synced", "peer-ack", "state-apply", "state-applied"],
};

/** The deaths under load: of the leader and of a follower in turn; in soak of both at each place. */
const DEATHS = (["leader", "follower"] as const).flatMap((role) =>
  PLACES[role].flatMap((place, n) => (SOAK || n % 2 === (role === "leader" ? 0 : 1) ? [{ role, place }] : [])),
);

story(
  `killed under load: ${DEATHS.map(({ role, place }) => `a ${role} at ${place}`).join(", ")}`,
  { seconds: SOAK ? 1_800 : 90, cluster: { binary: FAULTS_BINARY }, load: { rate: RATE } },
  async (stage) => {
    const { cluster } = stage;
    const load = await stage.open();
    load.start();
    for (let round = 0; round < (SOAK ? 10 : 1); round++) {
      for (const { role, place } of DEATHS) {
        await load.flows(`before ${place}`);
        const leader = await stage.leader();
        const victim = role === "leader" ? leader : cluster.ids.find((id) => id !== leader)!;
        stage.note(`${role} ${victim}: ${place}`);
        await order(cluster, victim, `${place}:kill@${5 + round}`);
        await struck(cluster, victim);
        await load.flows(`after ${place}`);
        await stage.restart([victim]);
        await stage.inStep();
      }
    }
    await stage.settle();
  },
);

/** How long the fsync of the leader is held up, so that what is asked meanwhile is its next batch. */
const GATHER_MS = 1_200;
/** How long it has to begin that fsync; and after that, how long the requests have to arrive. */
const PLUG_MS = 150;
const ARRIVE_MS = 600;
/** The passing of each failpoint, from then on, with which that batch comes; the first one, unless it is the plug's. */
const PASSING: Record<"leader" | "follower", Partial<Record<Failpoint, number>>> = {
  leader: { "log-synced": 2, "state-apply": 2 },
  follower: { "state-apply": 2 },
};
/** Where the batch is not in the victim's log yet; anywhere else that log shows which ops were under way. */
const UNWRITTEN: readonly Failpoint[] = ["log-append", "peer-send"];
/** On a busy machine an op may miss the batch, or a replica its failpoint; then those kinds are tried once more. */
const TRIES_MAX = 5;

/**
 * The kinds of ops that are under way together, at the nth place of a role. At each place, one role has every other
 * kind and the other role has the rest; at the next place they change. So every kind is under way at every place. Soak
 * has all of them in both roles, together and one by one.
 */
function groupsAt(n: number, role: "leader" | "follower"): readonly (readonly OpKind[])[] {
  if (SOAK) return [ACTED, ...ACTED.map((kind) => [kind])];
  const rest = (n + (role === "leader" ? 0 : 1)) % 2;
  return [ACTED.filter((_kind, at) => at % 2 === rest)];
}

const WEAK_PASSWORDS = "weak=1";
const WEAK = { LASTWORD_FAULTS: WEAK_PASSWORDS };

for (const role of ["leader", "follower"] as const) {
  story(
    `ops of every kind under way when a ${role} is killed at each step, sent again and replayed: each done once`,
    { seconds: SOAK ? 3_600 : 180, cluster: { binary: FAULTS_BINARY, words: ["--rate-limit=off"], environment: WEAK } },
    async (stage) => {
      const { cluster } = stage;
      await cluster.startAll();
      const team = await Team.gather(cluster);
      const done: Act[] = [];
      for (const [n, place] of PLACES[role].entries()) {
        for (const kinds of groupsAt(n, role)) {
          let left: readonly OpKind[] = kinds;
          for (let tries = 0; left.length > 0; tries++) {
            expect({ place, left, tries }).toEqual({ place, left, tries: Math.min(tries, TRIES_MAX - 1) });
            const { acts, missed } = await killedAt(place, role, left, { stage, team });
            done.push(...acts);
            left = missed;
          }
        }
      }
      team.close();
      await stage.equalHashes();
      await Promise.all(cluster.ids.map((id) => cluster.terminate(id)));
      for (const id of cluster.ids) {
        const rows = parsed(readAllRows(cluster.data, id));
        const wrong = done.filter((act) => act.effect(rows) !== 1 || requests(act, rows) !== 1);
        expect(wrong.map((act) => [act.kind, act.effect(rows), requests(act, rows)])).toEqual([]);
      }
    },
  );
}

/**
 * Kills a replica at `place` with ops of these kinds, which their clients bring to their end. The acts, and the kinds
 * whose op was not in the batch at which it was killed.
 */
async function killedAt(
  place: Failpoint,
  role: "leader" | "follower",
  kinds: readonly OpKind[],
  { stage, team }: { readonly stage: Stage; readonly team: Team },
): Promise<{ readonly acts: readonly Act[]; readonly missed: readonly OpKind[] }> {
  const { cluster } = stage;
  const acts: Act[] = [];
  for (const kind of kinds) acts.push(await prepare(team, kind));
  const leader = await stage.leader();
  const victim = role === "leader" ? leader : cluster.ids.find((id) => id !== leader)!;
  const others = cluster.ids.filter((id) => id !== victim);
  stage.note(`${role} ${victim}: ${place} with ${kinds.length === 1 ? kinds[0] : "all kinds"}`);
  await order(cluster, leader, `${WEAK_PASSWORDS},log-sync:delay=${GATHER_MS}@1`);
  // The plug: while its fsync is held up, all that is asked waits for the next batch.
  const plug = team.ann.send({ conversationId: team.room, body: "plug" });
  await lasting(PLUG_MS);
  const asked = Promise.all(acts.map(async (act) => await act.ask([victim, ...others])));
  await lasting(ARRIVE_MS);
  await order(cluster, victim, `${WEAK_PASSWORDS},${place}:kill@${PASSING[role][place] ?? 1}`);
  const killed = struck(cluster, victim);
  // A replica answers once it has applied an op, which it commits to its file a little later.
  const mayAnswer = place === "state-applied";
  const isKilled = mayAnswer || (await Promise.race([killed.then(() => true), asked.then(() => false)]));
  const answers = await asked;
  expect((await plug).ok).toBe(true);
  if (!isKilled) await cluster.kill(victim);
  await killed;
  const log = UNWRITTEN.includes(place) ? null : logOf(cluster.data, victim);
  const missed = acts.filter(({ clientId }) => !isKilled || (clientId !== null && log?.includes(clientId) === false));
  // Premise: none had an answer before the replica was killed.
  const isBehind = (answer: (typeof answers)[number]): boolean => "by" in answer && answer.by !== victim;
  const before = acts.flatMap(({ kind }, n) => (isBehind(answers[n]!) ? [] : [{ kind, ...answers[n]! }]));
  if (isKilled && !mayAnswer) expect(before).toEqual([]);
  await stage.restart([victim]);
  await stage.inStep();
  // The same requests at the replica that has replayed its log: they change nothing, as the rows show at the end.
  for (const act of acts) {
    const again = await act.ask([victim]);
    expect([act.kind, again]).toEqual([act.kind, { by: victim }]);
  }
  return { acts, missed: missed.map(({ kind }) => kind) };
}

function parsed(rows: Record<string, unknown[]>): AllRows {
  const tables = Object.entries(rows).map(([table, list]) => [table, list.map((row) => JSON.parse(String(row)))]);
  return Object.fromEntries(tables) as AllRows;
}

/** How many rows the request has left; 1 if it needs none. */
function requests({ kind, clientId }: Act, rows: AllRows): number {
  if (clientId === null || !KINDS[kind].recorded) return 1;
  return rows["requests"]!.filter((row) => String(row["client_id"]).startsWith(clientId)).length;
}
