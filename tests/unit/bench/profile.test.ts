import { describe, expect, test } from "bun:test";
import { areaOf, secondsByStack, type CpuProfile } from "../../../bench/profile-areas.ts";

const frame = (functionName: string, url = "") => ({ functionName, url });

describe("areas of a profile", () => {
  test("the innermost frame that is known decides", () => {
    const sqlite = [frame("run"), frame("#run", "bun:sqlite"), frame("apply", "src/db/state/state-db.ts")];
    expect(areaOf([...sqlite, frame("turn", "src/election/driver/driver.ts")])).toBe("state.db: SQLite and rows");
    expect(areaOf([frame("Frame$encode"), frame("send", "src/election/peers/link.ts")])).toBe(
      "protobuf: frames, ops, requests",
    );
    expect(areaOf([frame("emit", "node:events"), frame("onData", "src/api/send-stream.ts")])).toBe("the gRPC service");
    expect(areaOf([frame("main")])).toBe("the rest");
  });

  const profile: CpuProfile = {
    nodes: [
      { id: 1, callFrame: frame("(root)"), children: [2, 3] },
      { id: 2, callFrame: frame("a") },
      { id: 3, callFrame: frame("b") },
    ],
    samples: [2, 3, 2, 2],
    timeDeltas: [100, 400, 9_000_000, 500],
  };

  test("a sample stands for the time before it, but not for a long silence", () => {
    const found = new Map(
      secondsByStack(profile, { from: 0, to: 1e9 }, 1000).map(([stack, seconds]) => [stack[0]!.functionName, seconds]),
    );
    expect(found.get("a")).toBeCloseTo(0.0016);
    expect(found.get("b")).toBeCloseTo(0.0004);
  });

  test("what is outside the window does not count", () => {
    const [only, ...rest] = secondsByStack(profile, { from: 200, to: 600 }, 1000);
    expect(rest).toEqual([]);
    expect(only![0].map(({ functionName }) => functionName)).toEqual(["b", "(root)"]);
  });
});
