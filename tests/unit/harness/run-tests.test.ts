/** How the test runner reads a report, and what its closing lines say. */
import { describe, expect, test } from "bun:test";
import { closing, readTotals, slowestLine } from "../../support/run-tests.ts";

const REPORT = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="bun test" tests="7" assertions="3" failures="1" skipped="1" time="9.5">
  <testsuite name="tests/cluster/a.test.ts" file="tests/cluster/a.test.ts" tests="5" assertions="2" failures="1" skipped="1" time="7.6" hostname="vm">
    <testsuite name="inside" file="tests/cluster/a.test.ts" tests="2" assertions="2" failures="1" skipped="0" time="5" hostname="vm">
    </testsuite>
  </testsuite>
  <testsuite name="tests/cluster/b.test.ts" file="tests/cluster/b.test.ts" tests="2" assertions="1" failures="0" skipped="0" time="1.2" hostname="vm">
  </testsuite>
</testsuites>
`;
const FILES = ["tests/cluster/a.test.ts", "tests/cluster/b.test.ts", "tests/cluster/c.test.ts"];

describe("a report", () => {
  test("each file's totals, not those of the suites inside; a file that is missing failed", () => {
    expect([...readTotals(REPORT, FILES)]).toEqual([
      [FILES[0]!, { passed: 3, failed: 1, skipped: 1, seconds: 7.6 }],
      [FILES[1]!, { passed: 2, failed: 0, skipped: 0, seconds: 1.2 }],
      [FILES[2]!, { passed: 0, failed: 1, skipped: 0, seconds: 0 }],
    ]);
    expect([...readTotals(null, FILES).values()].map(({ failed }) => failed)).toEqual([1, 1, 1]);
  });

  test("the slowest five, slowest first", () => {
    const seconds = [3.4, 40.6, 1, 2, 9, 7];
    const results = seconds.map((s, i) => [`${i}.test.ts`, { passed: 1, failed: 0, skipped: 0, seconds: s }] as const);
    expect(slowestLine(new Map(results))).toBe(
      "slowest: 1.test.ts 41 s, 4.test.ts 9 s, 5.test.ts 7 s, 0.test.ts 3 s, 3.test.ts 2 s\n",
    );
  });
});

describe("the closing lines", () => {
  test("all green: one line", () => {
    expect(closing({ passed: 12, failed: 0, skipped: 0 })).toEqual({ lines: "12 passed, 0 failed\n", green: true });
  });

  test("a failure, and what was skipped", () => {
    expect(closing({ passed: 12, failed: 2, skipped: 3 })).toEqual({
      lines: "3 skipped\n12 passed, 2 failed\n",
      green: false,
    });
  });
});
