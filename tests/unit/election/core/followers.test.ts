/** When followers are notified of a commit without entries, and how long a dropped member stays out. */
import { expect, test } from "bun:test";
import { CommitNews, Exclusions, newProgress, type Progress } from "../../../../src/election/core/followers.ts";

function follower(known: { sentCommit: number; owed?: number }): Progress {
  return { ...newProgress(1, "a1", "b1", 10), ...known };
}

test("a follower that waits for an entry of its own is told at once", () => {
  const news = new CommitNews();
  expect(news.isDue(follower({ sentCommit: 4, owed: 5 }), 5)).toBe(true);
  expect(news.isDue(follower({ sentCommit: 5, owed: 5 }), 5)).toBe(false);
});

test("others are told after a rest, one at a time, and only of what has rested", () => {
  const news = new CommitNews();
  const idle = follower({ sentCommit: 4 });
  expect(news.isDue(idle, 5)).toBe(false);
  expect([news.rest(5), news.rest(6)]).toEqual([true, false]);
  expect(news.isDue(idle, 6)).toBe(false);
  news.over();
  expect(news.isDue(idle, 6)).toBe(true);
  // Entries have carried the notice of 5 meanwhile; 6 has not waited long enough yet.
  expect(news.isDue(follower({ sentCommit: 5 }), 6)).toBe(false);
  expect(news.rest(6)).toBe(true);
});

test("a member that is dropped again and again stays out longer each time, up to a minute", () => {
  const excluded = new Exclusions();
  expect(excluded.has(1)).toBe(false);
  for (const ms of [4_000, 8_000, 16_000, 32_000, 60_000, 60_000]) {
    excluded.exclude(1);
    excluded.tick(ms - 1);
    expect([ms, excluded.has(1), excluded.has(2)]).toEqual([ms, true, false]);
    excluded.tick(1);
    expect([ms, excluded.has(1)]).toEqual([ms, false]);
  }
});
