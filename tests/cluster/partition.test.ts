/**
 * Silent partitions between real processes: sockets stay open but nothing passes, in either direction separately.
 * Writers stay with their home replica, so that each side of a cut has writers of its own.
 */
import { expect } from "bun:test";
import { SOAK, story } from "../../harness/load-cluster.ts";
import { WebPerson } from "../../harness/web-person.ts";

/** A replica continues alone after 5 s of silence, later on a busy machine. */
const SOLE_TIMEOUT_MS = 90_000;
const TOLD = { cuttable: true, load: { rate: 30, faithful: true, deadlineMs: 25_000 } };

story(
  "both sides of a cut go on, and merge to one history with every acknowledged message once",
  { ...TOLD, seconds: SOAK ? 900 : 150 },
  async (stage) => {
    const { cluster } = stage;
    const load = await stage.open();
    load.start();
    for (let round = 0; round < (SOAK ? 24 : 2); round++) {
      await stage.serve(cluster.ids);
      const leader = await stage.leader();
      // In turn, isolate the leader and a follower, in each way to cut.
      const alone = round % 2 === 0 ? leader : cluster.ids.find((id) => id !== leader)!;
      const pair = cluster.ids.filter((id) => id !== alone);
      const cutAt = performance.now();
      const before = new Date().toISOString();
      stage.split([alone], pair, round % 4 === 0 || round % 4 === 3 ? "hold" : "drop");
      await stage.serve(pair);
      const [pairSays] = await Promise.all([
        cluster.statusThat(
          pair[0]!,
          "a view of the pair",
          ({ view, writable }) => writable && view.members.join() === pair.join(),
        ),
        cluster.statusThat(
          alone,
          "a view of one",
          ({ view, writable }) => writable && view.members.join() === `${alone}`,
          SOLE_TIMEOUT_MS,
        ),
      ]);
      expect(pairSays.view.leader).not.toBe(alone);
      await stage.serve(cluster.ids);
      // Premise: neither side has the other's messages yet, so there are two branches.
      const byAlone = load.by(stage.address(alone));
      const onlyAlone = load.acknowledged().findLast((sent) => byAlone(sent) && sent.startedAt > cutAt)!;
      expect((await stage.historyAt(pair[0]!)).has(onlyAlone.messageId)).toBe(false);
      stage.heal();
      await stage.inStep();
      const merges = [];
      for (const id of cluster.ids) {
        const status = await cluster.status(id);
        merges.push(...(status?.events.filter(({ kind, at }) => kind === "merge" && at > before) ?? []));
      }
      expect(merges.length).toBeGreaterThan(0);
      for (const id of cluster.ids) await stage.appears(onlyAlone.messageId, id);
    }
    await stage.settle();
  },
);

story(
  "one direction of a link cut: writing goes on, and all are in step after the heal",
  { seconds: SOAK ? 900 : 150, cuttable: true, load: { rate: 30, faithful: true, deadlineMs: 25_000 } },
  async (stage) => {
    const { cluster } = stage;
    const load = await stage.open();
    load.start();
    for (let round = 0; round < (SOAK ? 12 : 3); round++) {
      await stage.serve(cluster.ids);
      const leader = await stage.leader();
      const [follower, other] = cluster.ids.filter((id) => id !== leader) as [number, number];
      // The follower does not hear the leader; the leader does not hear the follower; the followers do not hear each
      // other.
      const cuts = [
        [leader, follower],
        [follower, leader],
        [follower, other],
      ] as const;
      const [from, to] = cuts[round % cuts.length]!;
      stage.note(`cut ${from} > ${to}`);
      stage.network.cut(from, to, round % 2 === 0 ? "hold" : "drop");
      // The replica that sees both sides keeps taking writes.
      const third = cluster.ids.find((id) => id !== from && id !== to)!;
      await stage.serve([third]);
      await cluster.statusThat(third, "writable", ({ writable }) => writable);
      await stage.serve([third]);
      stage.heal();
      await stage.inStep();
    }
    await stage.settle();
  },
);

story(
  "strict, a leader alone and a follower alone: only the pair goes on; the single one says that it cannot, and catches up after the heal",
  { ...TOLD, seconds: SOAK ? 900 : 150, cluster: { words: ["--consistency=strict"] } },
  async (stage) => {
    const { cluster } = stage;
    const load = await stage.open();
    load.start();
    const ada = new WebPerson("ada");
    await ada.register(cluster.web(0));
    for (let round = 0; round < (SOAK ? 12 : 2); round++) {
      await stage.serve(cluster.ids);
      const leader = await stage.leader();
      const alone = round % 2 === 0 ? leader : cluster.ids.find((id) => id !== leader)!;
      const pair = cluster.ids.filter((id) => id !== alone);
      stage.split([alone], pair, round % 4 === 0 || round % 4 === 3 ? "hold" : "drop");
      // Everything that it still acknowledges was under way before the cut.
      const since = performance.now();
      await stage.serve(pair);
      const said = await cluster.statusThat(alone, "not writable", ({ writable }) => !writable, SOLE_TIMEOUT_MS);
      expect(said.reason).toBeString();
      await stage.serve(pair);
      expect(load.acknowledgedSince(since, load.by(stage.address(alone)))).toBe(0);
      const health = await fetch(`${cluster.web(alone)}/healthz`);
      expect(health.status).toBe(503);
      const form = { name: "ada", body: "alone", id: crypto.randomUUID() };
      const refused = await ada.ask(cluster.web(alone), "/to", { form, timeoutMs: 60_000 });
      expect(await refused.json()).toMatchObject({
        code: "no_leader",
        sentence: expect.stringContaining("Ask the person who runs this chat to start the others"),
      });
      stage.heal();
      await stage.inStep();
    }
    await stage.settle();
    await stage.oneOrder();
  },
);
