/** Finds the part of the program that a sample of the profiler belongs to. */

interface Frame {
  readonly functionName: string;
  readonly url: string;
}

/** A CPU profile in Chrome's format, which Bun writes too: a tree of frames, and the leaf of each sample. */
export interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: Frame; readonly children?: readonly number[] }[];
  readonly samples: readonly number[];
  /** us since the previous sample, or since the start of the profile. Long if no JavaScript ran in between. */
  readonly timeDeltas: readonly number[];
}

export const AREAS = [
  "state.db: SQLite and rows",
  "log.db",
  "protobuf: frames, ops, requests",
  "gRPC and HTTP/2 (grpc-js, node:http2)",
  "consensus core and driver",
  "chat: rules, apply, ops, feeds",
  "the gRPC service",
  "the page",
  "the rest",
] as const;
export type Area = (typeof AREAS)[number];

/** Rules from frame to area. The innermost frame that matches a rule decides; for a frame, the first matching rule. */
const RULES: readonly (readonly [area: Area, url: RegExp | null, name: RegExp | null])[] = [
  ["protobuf: frames, ops, requests", null, /\$(encode|decode|toObject|fromObject|setup|ctor)$/],
  ["protobuf: frames, ops, requests", /node_modules\/(protobufjs|@protobufjs|long)\//, null],
  [
    "protobuf: frames, ops, requests",
    /src\/election\/peers\/(codec|packet)|proto\/chat-wire|src\/chat\/kinds\/op\.ts/,
    null,
  ],
  ["state.db: SQLite and rows", /src\/db\/(state|sqlite)/, null],
  ["log.db", /src\/db\/log/, null],
  ["gRPC and HTTP/2 (grpc-js, node:http2)", /node_modules\/@grpc\/|node:(http2|net|tls)|internal:(http2|net)/, null],
  ["consensus core and driver", /src\/election\/|src\/replica\//, null],
  ["chat: rules, apply, ops, feeds", /src\/chat\//, null],
  ["the gRPC service", /src\/api\//, null],
  ["the page", /src\/web\/|node_modules\/hono\//, null],
];

/** The area of a stack, which begins with its innermost frame. */
export function areaOf(stack: readonly Frame[]): Area {
  for (const { functionName, url } of stack) {
    for (const [area, inUrl, inName] of RULES) {
      if (inUrl?.test(url) === true || inName?.test(functionName) === true) return area;
    }
  }
  return "the rest";
}

/** A part of a profile, us since its start. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** Seconds of JavaScript by stack within a window. A sample counts for the time before it, but at most `longestUs`. */
export function secondsByStack(
  { nodes, samples, timeDeltas }: CpuProfile,
  window: Window,
  longestUs: number,
): readonly (readonly [stack: readonly Frame[], seconds: number])[] {
  const frames = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id] as const)));
  const seconds = new Map<number, number>();
  let at = 0;
  for (const [i, leaf] of samples.entries()) {
    const delta = timeDeltas[i] ?? 0;
    at += delta;
    if (at < window.from || at > window.to) continue;
    seconds.set(leaf, (seconds.get(leaf) ?? 0) + Math.min(delta, longestUs) / 1e6);
  }
  return [...seconds].map(([leaf, total]) => {
    const stack: Frame[] = [];
    for (let id: number | undefined = leaf; id !== undefined; id = parents.get(id)) stack.push(frames.get(id)!);
    return [stack, total] as const;
  });
}
