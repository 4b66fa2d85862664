import { describe, expect, test } from "bun:test";
import { linePlot, shareLine } from "../../../bench/plot.ts";

const AXES = { x: { label: "x" }, y: { label: "y", from: 0 } };

/** The centres of the circles. */
function circles(svg: string): { cx: number; cy: number }[] {
  return [...svg.matchAll(/<circle [^>]*cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, cx, cy]) => ({
    cx: Number(cx),
    cy: Number(cy),
  }));
}

describe("plots", () => {
  test("larger is further right and higher up", () => {
    const points = [
      { x: 1, y: 10 },
      { x: 2, y: 40 },
      { x: 4, y: 30 },
    ];
    const [first, second, third] = circles(linePlot({ title: "t", ...AXES, lines: [{ name: "a", group: 0, points }] }));
    expect(first!.cx).toBeLessThan(second!.cx);
    expect(second!.cx).toBeLessThan(third!.cx);
    expect(second!.cy).toBeLessThan(third!.cy);
    expect(third!.cy).toBeLessThan(first!.cy);
  });

  test("a logarithmic axis puts powers at equal distances", () => {
    const points = [1, 10, 100].map((x) => ({ x, y: 1 }));
    const svg = linePlot({
      title: "t",
      x: { label: "x", log: true },
      y: AXES.y,
      lines: [{ name: "a", group: 0, points }],
    });
    const [first, second, third] = circles(svg);
    expect(third!.cx - second!.cx).toBeCloseTo(second!.cx - first!.cx, 0);
  });

  test("names that end at one height do not lie on each other", () => {
    const lines = ["a", "b", "c"].map((name, group) => ({ name, group, points: [{ x: 1, y: 5 }] }));
    const svg = linePlot({ title: "t", ...AXES, lines });
    const heights = lines.map(({ name }) => Number(new RegExp(`y="([\\d.]+)">${name}</text>`).exec(svg)![1]));
    expect(heights[1]! - heights[0]!).toBeGreaterThan(12);
    expect(heights[2]! - heights[1]!).toBeGreaterThan(12);
  });

  test("text is text", () => {
    const svg = linePlot({ title: "a < b & c", ...AXES, lines: [] });
    expect(svg).toContain("a &lt; b &amp; c");
    expect(svg).not.toContain("a < b");
  });

  test("the share of values at or below", () => {
    expect(shareLine("a", 0, [30, 10, 20, 40]).points).toEqual([
      { x: 10, y: 25 },
      { x: 20, y: 50 },
      { x: 30, y: 75 },
      { x: 40, y: 100 },
    ]);
  });
});
