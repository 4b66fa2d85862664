/** When followers hear of a commit that no entries carry. */
import { expect, test } from "bun:test";
import { CommitNews } from "../../../../src/election/core/commit-news.ts";
import { newProgress, type Progress } from "../../../../src/election/core/progress.ts";

function follower(known: { sentCommit: number; owed?: number }): Progress {
  return { ...newProgress(1, "a1", "b1", 10), ...known };
}

test("who waits for an entry of its own is told at once", () => {
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
  // Entries took 5 along meanwhile; 6 has not rested yet.
  expect(news.isDue(follower({ sentCommit: 5 }), 6)).toBe(false);
  expect(news.rest(6)).toBe(true);
});
