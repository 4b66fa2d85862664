/**
 * Asks every replica several times a second, with a call that any client can make (ClusterStatus),
 * who leads, who is in step, and which failovers there were. The states that it sees over time
 * become the lanes of the report.
 */
import type { ChatResponse } from "../../proto/chat-wire.ts";
import { ChatClient } from "../client/chat-client.ts";
import type { RunClock } from "./run-clock.ts";

const LOOK_MS = 200;
const ANSWER_MS = 500;
/** Bounds the recorded changes of state of one replica. */
const SPANS_MAX = 20_000;

type ClusterStatus = ChatResponse<"ClusterStatus">;

/** The state of a replica as seen from outside; only chaos itself knows that a replica is `paused`. */
export type LaneState = "leader" | "follower" | "learner" | "recovering" | "paused" | "silent" | "down";

/** A time in which a replica was in one state, ms since the start of the run. */
export interface Span {
  readonly from: number;
  to: number;
  readonly state: LaneState;
}

export interface Failover {
  /** ms since the start of the run. */
  readonly at: number;
  /** Its duration, as measured by the replica that took over. */
  readonly ms: number;
  readonly from: number;
  readonly to: number;
}

export interface WatchDeps {
  /** gRPC address by replica id. */
  readonly addresses: ReadonlyMap<number, string>;
  readonly token: string;
  /** Whether a process holds the lock of the replica's folder. */
  readonly runs: (id: number) => boolean;
  readonly paused: (id: number) => boolean;
  readonly clock: RunClock;
}

export class Watch {
  readonly lanes = new Map<number, Span[]>();
  readonly failovers: Failover[] = [];
  readonly #deps: WatchDeps;
  readonly #clients = new Map<number, ChatClient>();
  readonly #seen = new Map<number, ClusterStatus | null>();
  readonly #known = new Set<string>();
  #timer: ReturnType<typeof setInterval> | null = null;
  #lookingAt = new Set<number>();

  constructor(deps: WatchDeps) {
    this.#deps = deps;
    for (const [id, address] of deps.addresses) {
      this.#clients.set(id, new ChatClient({ addresses: [address], token: deps.token, ownConnections: true }));
      this.lanes.set(id, []);
    }
  }

  start(): void {
    this.#timer = setInterval(() => {
      // A dead or paused replica takes a while not to answer, but we know its state at once.
      for (const id of this.#clients.keys()) this.#noteState(id);
      void this.look();
    }, LOOK_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    for (const client of this.#clients.values()) client.close();
  }

  /** The last answer of replica `id`; null if it did not answer. */
  said(id: number): ClusterStatus | null {
    return this.#seen.get(id) ?? null;
  }

  /** The last answers of all replicas that answered. */
  get answers(): ClusterStatus[] {
    return [...this.#seen.values()].filter((status) => status !== null);
  }

  /** The best answer: from a leader that can write, else from a replica that can write, else with the newest commit. */
  get best(): ClusterStatus | null {
    const rank = (status: ClusterStatus): number =>
      (status.writable ? 2 : 0) + (status.view?.leader === status.self ? 1 : 0);
    const sorted = this.answers.toSorted((a, b) => rank(b) - rank(a) || b.committed - a.committed);
    return sorted[0] ?? null;
  }

  /** The state of one replica now. */
  stateOf(id: number): LaneState {
    if (!this.#deps.runs(id)) return "down";
    if (this.#deps.paused(id)) return "paused";
    const status = this.said(id);
    const own = status?.replicas.find((replica) => replica.id === id)?.state;
    return own === "leader" || own === "follower" || own === "learner" || own === "recovering" ? own : "silent";
  }

  /** Asks all replicas once. Resolves when each has answered or its time is over. */
  async look(): Promise<void> {
    await Promise.all([...this.#clients].map(([id, client]) => this.#ask(id, client)));
  }

  async #ask(id: number, client: ChatClient): Promise<void> {
    // A replica that has not answered yet is not asked a second time.
    if (this.#lookingAt.has(id)) return;
    this.#lookingAt.add(id);
    const answer = await client.call("ClusterStatus", {}, { deadlineMs: ANSWER_MS });
    this.#lookingAt.delete(id);
    this.#seen.set(id, answer.ok ? answer.value : null);
    if (answer.ok) this.#noteFailover(answer.value);
    this.#noteState(id);
  }

  #noteState(id: number): void {
    if (this.#timer === null) return;
    const spans = this.lanes.get(id)!;
    const now = this.#deps.clock.now();
    const state = this.stateOf(id);
    const last = spans.at(-1);
    if (last !== undefined) last.to = now;
    if (last?.state !== state && spans.length < SPANS_MAX) spans.push({ from: now, to: now, state });
  }

  #noteFailover({ lastFailover, self }: ClusterStatus): void {
    if (lastFailover === null) return;
    const { at, ms, from, to } = lastFailover;
    const when = Date.parse(at) - Date.now() + this.#deps.clock.now();
    // Ignore failovers from before the run, and count each one only from the answer of the replica that took over.
    if (when < 0 || self !== to || this.#known.has(`${at} ${from} ${to}`)) return;
    this.#known.add(`${at} ${from} ${to}`);
    this.failovers.push({ at: Math.round(when), ms, from, to });
  }
}
