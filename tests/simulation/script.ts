/**
 * Scenario scripts: commands in a text file, whose output is recorded in the same file (tests/scenarios/*.txt).
 *
 *   mode strict wait            first line if not the default "available any"; also: lan (not loopback), keep N
 *   start 0 1 2   kill 0 [power | torn]   stop 0 1   pause 0   resume 0   wipe 0   copy 0   putback 0
 *   cut 0>1 0<>2   heal 0>1 | heal all   drop 0>1 (loses the frames under way)   garble 0>1   isolate 0
 *   disk 1 slow 4000 | disk 1 normal | disk 1 full   (ms that a write takes; no room)
 *   clock 1 +2d                 sets the error of its host's wall clock (s, d, y)
 *   send 3 at 0 1               ops from clients of these replicas, each with a number; refused ones are sent again
 *   password 0 at 1             the user of replica 0 changes her password at replica 1, giving the one found there
 *   login 0 at 1                she logs in there, with the password that replica 1 knows
 *   follow                      from here on, a client follows its stream by cursor at any replica (I9)
 *   run 2s                      lets virtual time pass (ms, s)
 *   read 20 at 1                linearizable reads at a replica, one each millisecond
 *   until leads 1 | until leads any in 0,1 | until whole | until acked [1500ms] | until read | until stopped 0   (60 s at most)
 *   when 0>1 leave: cut 0>1     runs the command once, when such a frame has arrived
 *   when 2 writes snapshot: after 2ms kill 2     the same when such rows are being written; also cutAfter, promised
 *   after 5ms kill 2
 *   status                      each replica's role, leader and view
 *   rest                        ends all faults, starts all replicas, waits until the cluster is whole, checks I3
 *
 * The output of each command lists what people would have seen since the last one: leaders, active
 * views, merges, waits, stops, acknowledgements. It has no times, so that the record changes only
 * if the course of events does.
 */
import type { Consistency, Recovery } from "../../src/base/modes.ts";
import type { Notice } from "../../src/election/event.ts";
import type { ReplicaId, View } from "../../src/election/view.ts";
import { ChatUser } from "./chat.ts";
import { Stream } from "./clients.ts";
import { Violation } from "./checks.ts";
import { NORMAL_DISK } from "./disk.ts";
import { readLatest } from "./reads.ts";
import type { SimOutcome, SimReplica } from "./replica.ts";
import { describe } from "./run.ts";
import { World } from "./world.ts";

const UNTIL_MS_MAX = 60_000;
const REST_MS_MAX = 90_000;
const REPLICAS = 3;
/** A client that was refused asks again after this long. */
const SEND_AGAIN_MS = 50;

/** The output of a script, and the violation that ended it, if there was one. */
export interface ScriptResult {
  readonly output: string;
  readonly violation: Violation | null;
}

/** Options of a script. */
export interface ScriptOptions {
  readonly mutants?: ReadonlySet<string>;
  readonly trace?: ((line: string) => void) | null;
}

/** A command that waits for an event: "0>1 leave" or "2 writes snapshot". */
interface Pending {
  readonly event: string;
  readonly command: string;
}

function members(view: View): string {
  return `{${view.members.map((m) => m.replicaId).join(",")}}`;
}

function parseMs(text: string): number {
  const match = /^([\d.]+)(ms|s)$/.exec(text);
  if (match === null) throw new Error(`not a time: ${text}`);
  return Number(match[1]) * (match[2] === "s" ? 1000 : 1);
}

function parseOff(text: string): number {
  const match = /^([+-]\d+)([sdy])$/.exec(text);
  if (match === null) throw new Error(`not an offset: ${text}`);
  return Number(match[1]) * { s: 1_000, d: 86_400_000, y: 365 * 86_400_000 }[match[2] as "s" | "d" | "y"];
}

function links(words: readonly string[]): [ReplicaId, ReplicaId][] {
  return words.flatMap((word): [ReplicaId, ReplicaId][] => {
    const match = /^(\d)(<?)>(\d)$/.exec(word);
    if (match === null) throw new Error(`not a link: ${word}`);
    const [a, b] = [Number(match[1]), Number(match[3])];
    return match[2] === "<"
      ? [
          [a, b],
          [b, a],
        ]
      : [[a, b]];
  });
}

/** Commands that make one call for each named replica. */
const TO_REPLICA: Readonly<Record<string, (world: World, id: ReplicaId, words: readonly string[]) => void>> = {
  start: (world, id) => world.start(id),
  kill: (world, id, words) => world.kill(id, words.includes("power"), words.includes("torn") ? 1 : null),
  stop: (world, id) => world.stop(id),
  pause: (world, id) => world.pause(id),
  resume: (world, id) => world.resume(id),
  wipe: (world, id) => world.wipe(id),
  copy: (world, id) => world.copyFolder(id),
  putback: (world, id) => world.putBack(id),
  isolate(world, id) {
    for (const other of world.replicas) {
      if (other.id === id) continue;
      world.cut(id, other.id);
      world.cut(other.id, id);
    }
  },
};

/** Commands that make one call for each named direction. */
const TO_LINK: Readonly<Record<string, (world: World, from: ReplicaId, to: ReplicaId) => void>> = {
  cut: (world, from, to) => world.cut(from, to),
  drop: (world, from, to) => world.drop(from, to),
  garble: (world, from, to) => world.network.garble(from, to),
};

class Script {
  readonly #world: World;
  readonly #lines: string[] = [];
  readonly #users: ChatUser[] = [];
  readonly #registered = new Set<number>();
  readonly #active = new Map<ReplicaId, string>();
  #pending: Pending[] = [];
  #sent = 0;
  #entered = 0;
  #asked = 0;
  #answered = 0;
  #acked = 0;
  #newlyAcked: number[] = [];

  constructor(header: string, options: ScriptOptions) {
    const words = header.split(/\s+/);
    const consistency: Consistency = words.includes("strict") ? "strict" : "available";
    const recovery: Recovery = words.includes("wait") ? "wait" : words.includes("majority") ? "majority" : "any";
    const keep = words.indexOf("keep");
    this.#world = new World({
      seed: "scenario",
      count: REPLICAS,
      consistency,
      recovery,
      loopback: !words.includes("lan"),
      link: { latencyMs: 1, jitterMs: 0, slowShare: 0 },
      promises: {
        noForks: !words.includes("forks"),
        realTime: !words.includes("forks"),
        configured: REPLICAS,
        strict: consistency === "strict",
      },
      keepEntries: keep >= 0 ? Number(words[keep + 1]) : 1000,
      mutants: options.mutants ?? new Set(),
      trace: options.trace ?? null,
    });
    for (let i = 0; i < REPLICAS; i++) this.#users.push(new ChatUser(`u${i}`));
    this.#listen();
  }

  #listen(): void {
    const { checks, network } = this.#world;
    checks.onNotice = (replica, notice) => this.#notice(replica.id, notice);
    checks.onExit = (replica, how) => {
      if (how !== "killed") this.#print(`replica ${replica.id} stopped${how === "late" ? ", late" : ""}`);
      this.#active.delete(replica.id);
    };
    network.onDelivered = (from, to, frame) => this.#happened(`${from}>${to} ${frame.type}`);
    this.#world.onStaged = ({ id }, write) => {
      if (write.kind !== "rows") return;
      for (const row of Object.keys(write.rows)) this.#happened(`${id} writes ${row}`);
    };
  }

  #happened(event: string): void {
    const due = this.#pending.filter((p) => p.event === event);
    if (due.length === 0) return;
    this.#pending = this.#pending.filter((p) => !due.includes(p));
    for (const { command } of due) this.#do(command);
  }

  #notice(id: ReplicaId, notice: Notice): void {
    if (notice.kind === "view" && notice.view.leader === id && this.#world.replica(id).core.role() === "leader") {
      const risk = notice.view.forkRisk === null ? "" : `, ${notice.view.forkRisk.join(" and ")} may hold more`;
      const line = `${id} leads ${members(notice.view)}${risk}`;
      if (this.#active.get(id) !== line) this.#print(line);
      this.#active.set(id, line);
    } else if (notice.kind === "merge") {
      this.#print(`${id} gives up ${notice.ops} entries for the branch of ${notice.winner}`);
    } else if (notice.kind === "waiting") {
      this.#print(`${id} waits for ${notice.missing.join(" and ")}`);
    } else if (notice.kind === "paused") {
      this.#print(`${id} notices that it was paused`);
    }
  }

  #print(line: string): void {
    this.#lines.push(`  ${line}`);
  }

  get output(): string {
    return `${this.#lines.join("\n")}\n`;
  }

  run(line: string): void {
    this.#lines.push(`> ${line}`);
    this.#do(line);
    if (this.#newlyAcked.length > 0) {
      this.#print(`acknowledged ${ranges(this.#newlyAcked)}`);
      this.#newlyAcked = [];
    }
    const { violation } = this.#world.checks;
    if (violation !== null) throw violation;
  }

  #do(line: string): void {
    const world = this.#world;
    const [word = "", ...rest] = line.trim().split(/\s+/);
    const ids = () => rest.filter((w) => /^\d$/.test(w)).map(Number);
    const toReplica = TO_REPLICA[word];
    if (toReplica !== undefined) return ids().forEach((id) => toReplica(world, id, rest));
    const toLink = TO_LINK[word];
    if (toLink !== undefined) return links(rest).forEach(([from, to]) => toLink(world, from, to));
    switch (word) {
      case "heal":
        return rest[0] === "all" ? world.healAll(true) : links(rest).forEach(([a, b]) => world.heal(a, b, true));
      case "disk":
        return this.#disk(Number(rest[0]), rest);
      case "send":
        return this.#send(Number(rest[0]), ids().slice(rest[1] === "at" && /^\d$/.test(rest[0] ?? "") ? 1 : 0));
      case "read":
        return this.#read(Number(rest[0]), ids().at(-1) as ReplicaId);
      case "password":
      case "login":
        return this.#enter(word, ids()[0] as ReplicaId, ids()[1] as ReplicaId);
      case "clock":
        return world.clocks.set(Number(rest[0]), parseOff(rest[1] ?? ""));
      case "follow":
        return new Stream(world, "follower").start();
      case "run":
        return world.run(parseMs(rest[0] ?? ""));
      case "until":
        return this.#until(rest);
      case "after":
        return world.queue.after(parseMs(rest[0] ?? ""), () => this.#do(rest.slice(1).join(" ")));
      case "when":
        return this.#when(line);
      case "status":
        return world.replicas.forEach((r) => this.#status(r.id));
      case "rest":
        return this.#rest();
      default:
        throw new Error(`unknown command: ${line}`);
    }
  }

  #disk(id: ReplicaId, rest: readonly string[]): void {
    const ms = Number(rest[2] ?? 0);
    this.#world.replica(id).full = rest[1] === "full";
    this.#world.replica(id).speed = rest[1] === "slow" ? { lowMs: ms, highMs: ms } : NORMAL_DISK;
  }

  /** Each op is a message from the replica's user to herself; the first one registers her. */
  #send(count: number, at: readonly ReplicaId[]): void {
    for (const id of at) {
      for (let i = 0; i < count; i++) this.#sendOne(id, ++this.#sent);
    }
  }

  #sendOne(id: ReplicaId, number: number): void {
    const world = this.#world;
    const replica = world.replica(id);
    const user = this.#users[id] as ChatUser;
    const first = !this.#registered.has(id);
    this.#registered.add(id);
    if (!replica.alive) return;
    const stamped = replica.stamp((micros) =>
      first ? user.register(micros, world.random.hex16()) : user.send(number, user, micros),
    );
    const before = world.checks.invoked();
    const invokedAt = world.now;
    const again = (): void => world.queue.after(SEND_AGAIN_MS, () => replica.submit(stamped, answered));
    const answered = (outcome: SimOutcome): void => {
      if (outcome.kind === "refused") again();
      if (outcome.kind !== "applied") return;
      const { seq, viewNo } = outcome;
      const { key } = stamped;
      this.#acked++;
      this.#newlyAcked.push(number);
      world.checks.acked({ key, seq, viewNo, replica: id, invokedAt, ackedAt: world.now }, before);
    };
    replica.submit(stamped, answered);
  }

  #read(count: number, at: ReplicaId): void {
    const { checks } = this.#world;
    const replica = this.#world.replica(at);
    this.#asked += count;
    for (let i = 0; i < count; i++) {
      replica.later(i, () => {
        const before = checks.invoked();
        readLatest(replica, this.#world.reading, (seq) => {
          this.#answered++;
          checks.read(replica, seq, before);
        });
      });
    }
  }

  /** The replica checks the password against its own rows. The result is printed. */
  #enter(what: "password" | "login", who: ReplicaId, at: ReplicaId): void {
    const world = this.#world;
    const replica = world.replica(at);
    const user = this.#users[who] as ChatUser;
    const n = ++this.#entered;
    const hash = replica.state.domain.passwordOf(user.id);
    const stamped = replica.stamp((micros) =>
      what === "login" ? user.login(n, hash, micros) : user.changePassword(n, hash, micros),
    );
    replica.submit(stamped, (outcome) => {
      const how = outcome.kind === "error" ? outcome.error : outcome.kind === "applied" ? "done" : outcome.kind;
      this.#print(`${what} ${n} of user ${who} at ${at}: ${how}`);
    });
  }

  #until(rest: readonly string[]): void {
    const world = this.#world;
    const [what = "", id = "", , within = ""] = rest;
    const which = id === "any" ? world.replicas : world.replicas.filter((r) => r.id === Number(id));
    const leads = (replica: SimReplica): boolean => {
      if (!replica.running) return false;
      const { role, viewActive, view } = replica.core.status();
      const ids = view?.members.map((m) => m.replicaId).join(",");
      return role === "leader" && viewActive && (within === "" || ids === within);
    };
    const met = (): boolean => {
      if (what === "whole") return world.converged();
      if (what === "read") return this.#answered === this.#asked;
      if (what === "acked") return this.#acked === this.#sent;
      if (what === "stopped") return which.every((r) => !r.alive);
      if (what !== "leads") throw new Error(`until what? ${what}`);
      return which.some(leads);
    };
    const ms = what === "acked" && id !== "" ? parseMs(id) : UNTIL_MS_MAX;
    world.run(ms, met);
    if (!met()) world.broken("I7", `waited ${ms} ms until ${rest.join(" ")}: ${describe(world)}`);
  }

  #when(line: string): void {
    const match = /^when (.*?): (.*)$/.exec(line);
    if (match === null) throw new Error(`not understood: ${line}`);
    this.#pending.push({ event: match[1]!, command: match[2]! });
  }

  #status(id: ReplicaId): void {
    const replica = this.#world.replica(id);
    if (!replica.alive) return this.#print(`${id} down`);
    if (replica.paused) return this.#print(`${id} paused`);
    const { role, leaderId, view, commit } = replica.core.status();
    const leader = role === "leader" ? "" : ` of ${leaderId === null ? "nobody" : leaderId}`;
    this.#print(`${id} ${role}${leader} ${view === null ? "no view" : members(view)} committed ${commit}`);
  }

  #rest(): void {
    const world = this.#world;
    world.healAll(true);
    for (const replica of world.replicas) {
      replica.speed = NORMAL_DISK;
      replica.full = false;
      world.resume(replica.id);
      world.start(replica.id);
    }
    world.run(REST_MS_MAX, () => world.converged());
    if (!world.converged()) world.broken("I7", `not whole: ${describe(world)}`);
    else world.checks.atRest();
  }
}

function ranges(numbers: readonly number[]): string {
  const sorted = numbers.toSorted((a, b) => a - b);
  const parts: string[] = [];
  for (let i = 0; i < sorted.length;) {
    let j = i;
    while (sorted[j + 1] === (sorted[j] as number) + 1) j++;
    parts.push(i === j ? String(sorted[i]) : `${sorted[i]}-${sorted[j]}`);
    i = j + 1;
  }
  return parts.join(", ");
}

/** The lines of a scenario file that a person wrote: commands and comments. */
export function commandsOf(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("#") || line.startsWith(">") || line.trim() === "")
    .map((line) => line.trimEnd());
}

/** Runs a scenario file. The output repeats its comments and commands, with the events below each. */
export function runScript(text: string, options: ScriptOptions = {}): ScriptResult {
  const lines = commandsOf(text);
  const header = lines.find((l) => l.startsWith("> mode"))?.slice(2) ?? "mode";
  const script = new Script(header, options);
  const out: string[] = [];
  let printed = 0;
  const flush = () => {
    const all = script.output.trimEnd().split("\n");
    out.push(...all.slice(printed));
    printed = all.length;
  };
  for (const line of lines) {
    if (!line.startsWith(">") || line.startsWith("> mode")) {
      out.push(line);
      continue;
    }
    try {
      script.run(line.slice(1).trim());
    } catch (error) {
      flush();
      const violation = error instanceof Violation ? error : new Violation("I0", String((error as Error).stack));
      out.push(`  VIOLATION ${violation.message}`);
      return { output: `${out.join("\n").trimEnd()}\n`, violation };
    }
    flush();
  }
  return { output: `${out.join("\n").trimEnd()}\n`, violation: null };
}
