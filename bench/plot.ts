/**
 * Plots as SVG, without a library: lines over linear or logarithmic axes. A style sheet inside the
 * file sets the colours and follows the reader's light or dark setting. The name of each line is
 * at the height where the line ends, beside a sample of it.
 */
const WIDTH = 800;
const HEIGHT = 400;
const LEFT = 72;
const RIGHT = 270;
const TOP = 48;
const BOTTOM = 56;
const LABEL_HEIGHT = 16;
/** Width of the sample of a line beside its name. */
const SWATCH = 22;
/** A line with more points is drawn without dots. */
const DOTS_MAX = 12;
const TICKS_WANTED = 5;

/** The colours of Okabe and Ito, which colour-blind people can tell apart; lighter ones for dark mode. */
const LIGHT = ["#0060a8", "#555f6b", "#c25400", "#007a5a", "#9b3f86"];
const DARK = ["#5fb2ee", "#a9b4c0", "#f0944d", "#3fc79a", "#db8cc6"];

const STYLE = `
  .page { fill: #ffffff } text { font: 12px system-ui, sans-serif; fill: #1f2933 } .title { font-size: 15px; font-weight: 600 }
  .axis { stroke: #7b8794; stroke-width: 1 } .grid { stroke: #e4e7eb; stroke-width: 1 }
  .line { fill: none; stroke-width: 2 } .dashed { stroke-dasharray: 6 4 } .spread { stroke-width: 1.2; opacity: 0.6 }
${LIGHT.map((colour, i) => `  .c${i} { stroke: ${colour} } .f${i} { fill: ${colour} }`).join("\n")}
  @media (prefers-color-scheme: dark) {
    .page { fill: #14181d } text { fill: #e4e7eb } .axis { stroke: #9aa5b1 } .grid { stroke: #2b333c }
${DARK.map((colour, i) => `    .c${i} { stroke: ${colour} } .f${i} { fill: ${colour} }`).join("\n")}
  }`;

export interface Point {
  readonly x: number;
  readonly y: number;
  /** The spread over rounds: smallest and largest value. */
  readonly low?: number;
  readonly high?: number;
}

export interface Line {
  readonly name: string;
  /** Lines of one group have the same colour. */
  readonly group: number;
  readonly dashed?: boolean;
  readonly points: readonly Point[];
}

export interface Axis {
  readonly label: string;
  readonly log?: boolean;
  /** The labelled values; chosen automatically if absent. */
  readonly ticks?: readonly number[];
  readonly from?: number;
  readonly to?: number;
  /** The label of a tick; the number if absent. */
  readonly print?: (value: number) => string;
}

export interface PlotOptions {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly Line[];
}

const escapeText = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** A step of 1, 2 or 5 times a power of ten, so that about `TICKS_WANTED` steps fit. */
function niceStep(range: number): number {
  const raw = range / TICKS_WANTED;
  const power = 10 ** Math.floor(Math.log10(raw));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10);
}

function powersOfTen(from: number, to: number): number[] {
  const ticks: number[] = [];
  for (let power = Math.ceil(Math.log10(from) - 1e-9); 10 ** power <= to * 1.0001; power++) ticks.push(10 ** power);
  return ticks;
}

interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

function scaleOf(axis: Axis, values: readonly number[], start: number, end: number): Scale {
  const { log = false } = axis;
  const given = axis.ticks ?? [];
  let from = axis.from ?? Math.min(...values, ...given);
  let to = axis.to ?? Math.max(...values, ...given);
  const step = niceStep(to - from || 1);
  if (!log && axis.ticks === undefined) {
    to = Math.ceil(to / step) * step;
    from = Math.floor(from / step) * step;
  }
  if (log && axis.ticks === undefined) {
    from = 10 ** Math.floor(Math.log10(from));
    to = 10 ** Math.ceil(Math.log10(to));
  }
  const of = (value: number): number => (log ? Math.log10(value) : value);
  const at = (value: number): number =>
    of(to) === of(from) ? (start + end) / 2 : start + ((of(value) - of(from)) / (of(to) - of(from))) * (end - start);
  if (axis.ticks !== undefined) return { at, ticks: axis.ticks };
  if (log) return { at, ticks: powersOfTen(from, to) };
  const ticks = Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => from + i * step);
  return { at, ticks };
}

const printNumber = (value: number): string =>
  value >= 1 ? Number(value.toPrecision(6)).toLocaleString("en-US") : String(Number(value.toPrecision(2)));
const px = (value: number): string => value.toFixed(1);

/** Moves overlapping labels apart and keeps their order. */
function spreadLabels(wanted: readonly number[]): number[] {
  const order = wanted.map((y, index) => ({ y, index })).toSorted((a, b) => a.y - b.y);
  const places: number[] = [];
  let next = TOP + 4;
  for (const { y, index } of order) {
    places[index] = Math.max(y, next);
    next = places[index] + LABEL_HEIGHT;
  }
  const over = next - LABEL_HEIGHT - (HEIGHT - BOTTOM);
  return over > 0 ? places.map((y) => y - over) : places;
}

function frameOf(options: PlotOptions, x: Scale, y: Scale): string[] {
  const right = WIDTH - RIGHT;
  const bottom = HEIGHT - BOTTOM;
  const printX = options.x.print ?? printNumber;
  const printY = options.y.print ?? printNumber;
  return [
    `<text class="title" x="${LEFT}" y="24">${escapeText(options.title)}</text>`,
    ...y.ticks.map(
      (tick) =>
        `<line class="grid" x1="${LEFT}" x2="${right}" y1="${px(y.at(tick))}" y2="${px(y.at(tick))}"/>` +
        `<text x="${LEFT - 8}" y="${px(y.at(tick) + 4)}" text-anchor="end">${escapeText(printY(tick))}</text>`,
    ),
    ...x.ticks.map(
      (tick) =>
        `<line class="axis" x1="${px(x.at(tick))}" x2="${px(x.at(tick))}" y1="${bottom}" y2="${bottom + 5}"/>` +
        `<text x="${px(x.at(tick))}" y="${bottom + 19}" text-anchor="middle">${escapeText(printX(tick))}</text>`,
    ),
    `<line class="axis" x1="${LEFT}" x2="${right}" y1="${bottom}" y2="${bottom}"/>`,
    `<line class="axis" x1="${LEFT}" x2="${LEFT}" y1="${TOP}" y2="${bottom}"/>`,
    `<text x="${(LEFT + right) / 2}" y="${HEIGHT - 14}" text-anchor="middle">${escapeText(options.x.label)}</text>`,
    `<text transform="translate(16 ${(TOP + bottom) / 2}) rotate(-90)" text-anchor="middle">${escapeText(options.y.label)}</text>`,
  ];
}

function drawLine(line: Line, x: Scale, y: Scale): string[] {
  const colour = line.group % LIGHT.length;
  const path = line.points.map(({ x: at, y: value }) => `${px(x.at(at))},${px(y.at(value))}`).join(" ");
  return [
    ...line.points.flatMap(({ x: at, low, high }) =>
      low === undefined || high === undefined
        ? []
        : [
            `<line class="spread c${colour}" x1="${px(x.at(at))}" x2="${px(x.at(at))}" y1="${px(y.at(low))}" y2="${px(y.at(high))}"/>`,
          ],
    ),
    `<polyline class="line c${colour}${line.dashed === true ? " dashed" : ""}" points="${path}"/>`,
    ...(line.points.length > DOTS_MAX ? [] : line.points).map(
      (p) => `<circle class="f${colour}" cx="${px(x.at(p.x))}" cy="${px(y.at(p.y))}" r="3.2"/>`,
    ),
  ];
}

/** A plot of lines, as an SVG document. */
export function linePlot(options: PlotOptions): string {
  const lines = options.lines.filter((line) => line.points.length > 0);
  const points = lines.flatMap((line) => line.points);
  const levels = points.flatMap((p) => [p.y, p.low ?? p.y, p.high ?? p.y]);
  const x = scaleOf(
    options.x,
    points.map((p) => p.x),
    LEFT + 12,
    WIDTH - RIGHT - 12,
  );
  const y = scaleOf(options.y, levels, HEIGHT - BOTTOM, TOP);
  const places = spreadLabels(lines.map((line) => y.at(line.points.at(-1)!.y)));
  const nameX = WIDTH - RIGHT + 10;
  const names = lines.flatMap((line, i) => {
    const colour = line.group % LIGHT.length;
    const at = px(places[i]!);
    return [
      `<line class="line c${colour}${line.dashed === true ? " dashed" : ""}" x1="${nameX}" x2="${nameX + SWATCH}" y1="${at}" y2="${at}"/>`,
      `<text class="f${colour}" x="${nameX + SWATCH + 6}" y="${px(places[i]! + 4)}">${escapeText(line.name)}</text>`,
    ];
  });
  const body = [...frameOf(options, x, y), ...lines.flatMap((line) => drawLine(line, x, y)), ...names];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${escapeText(options.title)}">`,
    `<style>${STYLE}\n</style>`,
    `<rect class="page" width="${WIDTH}" height="${HEIGHT}" rx="8"/>`,
    ...body,
    "</svg>",
    "",
  ].join("\n");
}

/** A line with one point per value: the percentage of values at or below x, by x. */
export function shareLine(name: string, group: number, values: readonly number[]): Line {
  const sorted = values.toSorted((a, b) => a - b);
  return { name, group, points: sorted.map((x, i) => ({ x, y: ((i + 1) / sorted.length) * 100 })) };
}
