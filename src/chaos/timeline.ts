/**
 * The picture of a run as inline SVG: acknowledged sends over time, faults, one lane for each
 * replica, failovers, and gaps without an acknowledgement. It contains only shapes and stretches
 * with the page; all text is outside it, so that it stays readable on a phone.
 */
import { faultText } from "./live-view.ts";
import type { ChaosReport } from "./report.ts";
import type { FaultGroup } from "./schedule.ts";
import type { LaneState } from "./watch.ts";

const WIDTH = 1000;
const RATE_HEIGHT = 150;
const FAULTS_HEIGHT = 30;
const LANE_HEIGHT = 26;
const SPACE = 10;
/** The smallest width of a box, so that it can be seen. */
const WIDTH_MIN = 1.2;

/** Escapes text for HTML. */
export function escapeText(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replaceAll(/[&<>"']/g, (character) => entities[character]!);
}

/** A round number at or above `value`, as the end of an axis. */
export function axisEnd(value: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  const step = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((factor) => factor * magnitude >= value) ?? 10;
  return step * magnitude;
}

/** Times for the axis, ms: at most eight, all whole seconds. */
export function axisTimes(ranMs: number): number[] {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400];
  const stepMs = 1000 * (steps.find((seconds) => ranMs / (seconds * 1000) <= 7) ?? 28_800);
  return Array.from({ length: Math.floor(ranMs / stepMs) + 1 }, (_, i) => i * stepMs);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

interface Box {
  readonly from: number;
  readonly to: number;
  readonly y: number;
  readonly height: number;
  readonly kind: string;
  readonly title: string;
}

/** The picture and the positions of its rows, px from the top (it is as high as its viewBox). */
export interface Timeline {
  readonly svg: string;
  readonly height: number;
  readonly rows: readonly { readonly name: string; readonly y: number; readonly height: number }[];
  /** sends/s at the top of the first row. */
  readonly rateEnd: number;
}

const GROUP_CLASS: Record<FaultGroup, string> = { kills: "kill", pauses: "pause", network: "net" };

/** The CSS class of each state in a lane. A replica that is not running has no bar. */
const LANE_CLASS: Record<LaneState, string | null> = {
  leader: "leader",
  follower: "follower",
  learner: "catching",
  recovering: "catching",
  paused: "paused",
  silent: "silent",
  down: null,
};

/** Coordinates: x by time, y by row. */
interface Scale {
  readonly x: (ms: number) => number;
  readonly faultsY: number;
  readonly lanesY: number;
  readonly height: number;
}

function scaleOf({ ranMs, lanes }: ChaosReport): Scale {
  const faultsY = RATE_HEIGHT + SPACE;
  const lanesY = faultsY + FAULTS_HEIGHT + SPACE;
  return {
    x: (ms) => Math.round((Math.min(Math.max(ms, 0), ranMs) / Math.max(1, ranMs)) * WIDTH * 10) / 10,
    faultsY,
    lanesY,
    height: lanesY + lanes.length * LANE_HEIGHT,
  };
}

/** Draws the picture. */
export function timelineOf(report: ChaosReport): Timeline {
  const scale = scaleOf(report);
  const { faultsY, lanesY, height } = scale;
  const rateEnd = axisEnd(Math.max(...perSecond(report)));
  const parts = [
    gridPath(report, rateEnd, scale),
    ...gapBoxes(report, scale),
    ratePath(report, rateEnd, scale),
    ...faultBoxes(report, scale),
    ...laneBoxes(report, scale),
    ...failoverLines(report, scale),
  ];
  const name = `Sends per second, faults and the state of each replica over ${seconds(report.ranMs)}`;
  return {
    svg: `<svg viewBox="0 0 ${WIDTH} ${height}" height="${height}" preserveAspectRatio="none" role="img" aria-label="${name}">${parts.join("")}</svg>`,
    height,
    rateEnd,
    rows: [
      { name: "sends/s", y: 0, height: RATE_HEIGHT },
      { name: "faults", y: faultsY, height: FAULTS_HEIGHT },
      ...report.lanes.map(({ replica }, row) => ({
        name: `replica ${replica}`,
        y: lanesY + row * LANE_HEIGHT,
        height: LANE_HEIGHT,
      })),
    ],
  };
}

function box({ from, to, y, height, kind, title }: Box, { x }: Scale): string {
  const width = Math.max(WIDTH_MIN, x(to) - x(from)).toFixed(1);
  return `<rect class="${kind}" x="${x(from)}" y="${y}" width="${width}" height="${height}"><title>${escapeText(title)}</title></rect>`;
}

function perSecond({ rate }: ChaosReport): number[] {
  return rate.counts.map((count) => (count * 1000) / rate.bucketMs);
}

function rateY(value: number, rateEnd: number): number {
  return Math.round((1 - value / rateEnd) * RATE_HEIGHT * 10) / 10;
}

function gridPath({ ranMs }: ChaosReport, rateEnd: number, { x, height }: Scale): string {
  const times = axisTimes(ranMs).map((at) => `M${x(at)} 0V${height}`);
  const levels = [0, rateEnd / 2].map((value) => `M0 ${rateY(value, rateEnd)}H${WIDTH}`);
  return `<path class="grid" d="${[...times, ...levels].join("")}"/>`;
}

function ratePath(report: ChaosReport, rateEnd: number, { x }: Scale): string {
  const { bucketMs } = report.rate;
  const rates = perSecond(report);
  const steps = rates.map((value, i) => {
    const y = rateY(value, rateEnd);
    return `L${x(i * bucketMs)} ${y}L${x((i + 1) * bucketMs)} ${y}`;
  });
  const area = `M0 ${RATE_HEIGHT}${steps.join("")}L${x(rates.length * bucketMs)} ${RATE_HEIGHT}Z`;
  return `<path class="rate" d="${area}"/>`;
}

function gapBoxes({ availability }: ChaosReport, scale: Scale): string[] {
  return availability.gaps.map(({ from, to }) => {
    const title = `${seconds(from)}: nothing was acknowledged for ${to - from} ms`;
    return box({ from, to, y: 0, height: RATE_HEIGHT, kind: "gap", title }, scale);
  });
}

function faultBoxes({ faults }: ChaosReport, scale: Scale): string[] {
  return faults.map((fault) => {
    const title = `${seconds(fault.at)}: ${faultText(fault)}, for ${seconds(fault.until - fault.at)}`;
    const [y, height] = [scale.faultsY + 4, FAULTS_HEIGHT - 8];
    return box({ from: fault.at, to: fault.until, y, height, kind: GROUP_CLASS[fault.group], title }, scale);
  });
}

function laneBoxes({ lanes }: ChaosReport, scale: Scale): string[] {
  const height = LANE_HEIGHT - 6;
  const top = (row: number): number => scale.lanesY + row * LANE_HEIGHT + 3;
  const tracks = lanes.map(
    (_, row) => `<rect class="track" x="0" y="${top(row)}" width="${WIDTH}" height="${height}"/>`,
  );
  const spans = lanes.flatMap(({ replica, spans }, row) =>
    spans.flatMap(({ from, to, state }) => {
      const kind = LANE_CLASS[state];
      const title = `replica ${replica}: ${state}, ${seconds(from)} to ${seconds(to)}`;
      return kind === null ? [] : [box({ from, to, y: top(row), height, kind, title }, scale)];
    }),
  );
  return [...tracks, ...spans];
}

function failoverLines({ failovers, ranMs }: ChaosReport, { x, lanesY, height }: Scale): string[] {
  const shown = failovers.filter(({ at }) => at <= ranMs);
  return shown.map(({ at, from, to, ms }) => {
    const title = `${seconds(at)}: failover from ${from} to ${to} in ${ms} ms`;
    return `<path class="failover" d="M${x(at)} ${lanesY - 4}V${height}"><title>${title}</title></path>`;
  });
}
