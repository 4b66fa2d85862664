/** The checks of chaos must be able to fail: each test adds one kind of violation to a correct history. */
import { describe, expect, test } from "bun:test";
import { checkHistory } from "../../../src/chaos/checks.ts";
import { seqOf, type History, type Read, type Send, type StreamEvent } from "../../../src/chaos/history.ts";

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };
interface Story {
  sends: Writable<Send>[];
  reads: Writable<Read>[];
  streams: { person: number; events: StreamEvent[] }[];
  contents: { replica: number; conversations: { id: string; body: string; deleted: boolean }[][] }[];
  hashes: { replica: number; seq: number | null; hash: string | null }[];
  forkFrom: number;
  people: number;
}

const PEOPLE = 3;
const EACH = 8;

function id(author: number, n: number): string {
  return `m${author}-${n}`;
}

/** Three people in turn send eight messages each, 10 ms apart: the last but one is unknown, the last one is refused. */
function whole(): Story {
  const sends: Writable<Send>[] = [];
  for (let n = 0; n < EACH; n++) {
    for (let author = 0; author < PEOPLE; author++) {
      const startedAt = (n * PEOPLE + author) * 10;
      const ending = n === EACH - 1 ? "refused" : n === EACH - 2 ? "unknown" : "acknowledged";
      sends.push({
        id: id(author, n),
        author,
        body: `text ${author} ${n}`,
        startedAt,
        endedAt: startedAt + 5,
        ending,
        seq: ending === "acknowledged" ? 100 + n * PEOPLE + author : 0,
        by: ending === "acknowledged" ? "127.0.0.1:1" : "",
        deletion: n === 2 ? "acknowledged" : null,
      });
    }
  }
  const kept = sends.filter(({ ending }) => ending !== "refused");
  const conversations = (): Story["contents"][number]["conversations"] =>
    Array.from({ length: PEOPLE }, (_, author) =>
      kept
        .filter((send) => send.author === author)
        .map(({ id: own, body, deletion }) => ({
          id: own,
          body: deletion === null ? body : "",
          deleted: deletion !== null,
        })),
    );
  const eventsOf = (person: number): StreamEvent[] => [
    { kind: "ready", seq: 99 },
    ...kept
      .filter(({ author }) => author === person || author === (person + PEOPLE - 1) % PEOPLE)
      .map((send, i): StreamEvent => ({ kind: "message", seq: 100 + i, id: send.id, author: send.author })),
  ];
  return {
    people: PEOPLE,
    sends,
    reads: [
      {
        author: 1,
        kind: "own",
        address: "127.0.0.1:2",
        startedAt: 100,
        endedAt: 110,
        found: [0, 1, 2, 3].map((n) => id(1, n)),
        full: false,
      },
    ],
    streams: Array.from({ length: PEOPLE }, (_, person) => ({ person, events: eventsOf(person) })),
    contents: [0, 1, 2].map((replica) => ({ replica, conversations: conversations() })),
    hashes: [0, 1, 2].map((replica) => ({ replica, seq: 130, hash: "f00d" })),
    forkFrom: Infinity,
  };
}

function complaints(story: Story): string[] {
  return checkHistory(story as History).flatMap(({ violations }) => violations);
}

/** The violations in the history after one change. */
function broken(change: (story: Story) => void): string[] {
  const story = whole();
  change(story);
  return complaints(story);
}

test("a history in which all held", () => {
  expect(complaints(whole())).toEqual([]);
  expect(checkHistory(whole() as History).map(({ looked }) => looked > 0)).not.toContain(false);
});

test("an unknown message may be there or not, but at all replicas alike", () => {
  const without = whole();
  for (const content of without.contents) content.conversations[0]!.pop();
  for (const { events } of without.streams) {
    events.splice(
      0,
      events.length,
      ...events.filter((event) => event.kind !== "message" || event.id !== id(0, EACH - 2)),
    );
  }
  expect(complaints(without)).toEqual([]);
  expect(broken(({ contents }) => contents[1]!.conversations[0]!.pop())).toEqual([
    expect.stringContaining("reordered: replicas 0 and 1 differ in conversation 0"),
  ]);
});

describe("messages: lost, doubled, altered, resurrected", () => {
  const first = (story: Story): Story["contents"][number]["conversations"][number] =>
    story.contents[0]!.conversations[0]!;
  const cases: [string, (story: Story) => void, string][] = [
    [
      "lost on one replica",
      (story) => void first(story).splice(1, 1),
      `lost: replica 0 lacks the acknowledged ${id(0, 1)}`,
    ],
    [
      "doubled under one id",
      (story) => first(story).push(first(story)[1]!),
      `doubled: replica 0 shows ${id(0, 1)} 2 times`,
    ],
    [
      "doubled under another id",
      (story) => first(story).push({ id: "other", body: "text 0 1", deleted: false }),
      "doubled: replica 0 shows the text of other twice",
    ],
    [
      "doubled, and its outcome was unknown",
      (story) => first(story).push(first(story).at(-1)!),
      `doubled: replica 0 shows ${id(0, EACH - 2)} 2 times`,
    ],
    [
      "another text",
      (story) => (first(story)[1]!.body = "something else"),
      `altered: replica 0 shows another text for ${id(0, 1)}`,
    ],
    [
      "refused for good, and there",
      (story) => first(story).push({ id: id(0, EACH - 1), body: `text 0 ${EACH - 1}`, deleted: false }),
      `resurrected: replica 0 shows ${id(0, EACH - 1)}, which was refused for good`,
    ],
    [
      "deleted, and back again",
      (story) => (first(story)[2] = { id: id(0, 2), body: "text 0 2", deleted: false }),
      `resurrected: replica 0 shows ${id(0, 2)}, whose deletion was acknowledged`,
    ],
    [
      "nobody sent it",
      (story) => first(story).push({ id: "m9-9", body: "who?", deleted: false }),
      "resurrected: replica 0 shows m9-9, which nobody sent",
    ],
    [
      "deleted, and nobody asked for it",
      (story) => (first(story)[3] = { id: id(0, 3), body: "", deleted: true }),
      `lost: replica 0 shows ${id(0, 3)} as deleted, which nobody asked for`,
    ],
  ];
  test.each(cases)("%s", (_name, change, expected) => expect(broken(change)).toContain(expected));

  test("a deletion of unknown outcome may have happened", () => {
    const story = whole();
    for (const send of story.sends) if (send.deletion !== null) send.deletion = "unknown";
    expect(complaints(story)).toEqual([]);
    for (const { conversations } of story.contents) {
      for (const [author, list] of conversations.entries())
        list[2] = { id: id(author, 2), body: `text ${author} 2`, deleted: false };
    }
    expect(complaints(story)).toEqual([]);
  });
});

describe("order", () => {
  test("a number below that of a message acknowledged before it was sent", () => {
    const reordered = (story: Story): void => {
      story.sends[7]!.seq = 101;
    };
    expect(broken(reordered)).toContain(
      `reordered: ${id(1, 2)} was sent after ${id(0, 2)} was acknowledged, but is at 101, not after 106`,
    );
    // Each side of a split numbers its messages by itself.
    expect(broken((story) => (reordered(story), (story.forkFrom = 0)))).toEqual([]);
  });

  test("messages under way together may come in any order", () => {
    const story = whole();
    story.sends[7]!.startedAt = story.sends[6]!.startedAt;
    [story.sends[6]!.seq, story.sends[7]!.seq] = [story.sends[7]!.seq, story.sends[6]!.seq];
    expect(complaints(story)).toEqual([]);
  });

  test("a conversation that is shown in another order than it was written", () => {
    const found = broken(({ contents }) => {
      for (const { conversations } of contents) conversations[2]!.reverse();
    });
    expect(found).toContain(`reordered: replica 1 shows ${id(2, 0)} after ${id(2, 5)}, which was sent later`);
  });

  test("replicas that show different orders", () => {
    const swap = ({ contents }: Story): void => {
      const list = contents[2]!.conversations[1]!;
      [list[0], list[1]] = [list[1]!, list[0]!];
    };
    expect(broken(swap)).toContain("reordered: replicas 0 and 2 differ in conversation 1 at message 0");
    // This is a violation even after a split.
    expect(broken((story) => (swap(story), (story.forkFrom = 0)))).toContain(
      "reordered: replicas 0 and 2 differ in conversation 1 at message 0",
    );
  });
});

describe("reads", () => {
  test("older than the reader's own writes", () => {
    expect(broken(({ reads }) => (reads[0]!.found = [id(1, 0), id(1, 1)]))).toEqual([
      `stale read: 127.0.0.1:2 was read at 0.10 s without the reader's own ${id(1, 2)} of 0.07 s`,
    ]);
  });
  test("LATEST, older than what had been acknowledged to somebody", () => {
    const found = broken(({ reads }) => Object.assign(reads[0]!, { kind: "latest", found: [] }));
    expect(found).toEqual([
      expect.stringContaining(`stale read: 127.0.0.1:2 was read at 0.10 s without the acknowledged ${id(1, 2)}`),
    ]);
  });
  test("a full page of newer ones is not stale", () => {
    expect(broken(({ reads }) => Object.assign(reads[0]!, { found: [id(1, 3), id(1, 4)], full: true }))).toEqual([]);
    expect(broken(({ reads }) => Object.assign(reads[0]!, { found: [id(1, 0), id(1, 1)], full: true }))).toHaveLength(
      1,
    );
  });
});

describe("streams", () => {
  const messages = (story: Story): StreamEvent[] => story.streams[1]!.events;
  test.each<[string, (story: Story) => void, string]>([
    ["a gap", (story) => void messages(story).splice(7, 1), "gap: the stream of person 1 for conversation 0 brought"],
    ["a gap at the start", (story) => void messages(story).splice(1, 1), "began with m0-1, not with m0-0"],
    [
      "the end missing",
      (story) => void messages(story).pop(),
      `1 messages never came to person 1 for conversation 1, the first is ${id(1, EACH - 2)}`,
    ],
    ["nothing at all", (story) => void messages(story).splice(1), "messages never came to person 1 for conversation 0"],
    ["a double", (story) => void messages(story).push(messages(story)[3]!), "brought a message twice"],
    [
      "a cursor that goes back",
      (story) => void messages(story).push({ kind: "ready", seq: 101 }),
      "the stream of person 1 went back to 101 (ready)",
    ],
  ])("%s", (_name, change, expected) => expect(broken(change).join("\n")).toContain(expected));

  test("another order", () => {
    const found = broken((story) => {
      const events = messages(story);
      [events[1], events[3]] = [events[3]!, events[1]!];
    });
    expect(found.join("\n")).toContain("gap: the stream of person 1 for conversation 0");
  });
  test("after a reset everything above its cursor must come, what lies before it need not", () => {
    const reset = (seq: number) => (story: Story) => messages(story).splice(1, 4, { kind: "reset", seq });
    expect(broken(reset(107))).toEqual([]);
    expect(broken(reset(100)).join("\n")).toContain("never came to person 1");
  });
  test("a deleted message may be left out", () => {
    const without = (story: Story): void => {
      const kept = messages(story).filter((event) => event.kind !== "message" || event.id !== id(0, 2));
      messages(story).splice(0, 99, ...kept);
    };
    expect(broken(without)).toEqual([]);
  });
});

describe("hashes", () => {
  test("different rows", () => {
    expect(broken(({ hashes }) => (hashes[1]!.hash = "beef"))).toEqual([
      "hash: the rows of the replicas differ (0 at 130 f00d; 1 at 130 beef; 2 at 130 f00d)",
    ]);
  });
  test("no answer", () => {
    expect(broken(({ hashes }) => Object.assign(hashes[2]!, { seq: null, hash: null }))).toEqual([
      "hash: replica 2 did not answer",
    ]);
  });
});

test("the number of a cursor", () => {
  expect([seqOf("3.1.00ff.2:42"), seqOf("nonsense"), seqOf("")]).toEqual([42, -1, -1]);
});
