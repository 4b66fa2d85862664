/**
 * What two sides of a split do to the same things, through the real engine: a replica is cut off from two others, each
 * case happens on both sides, and the wire heals; in one world after the other, until either side has won. All cases
 * share a world. The rules alone, with more variants, are in tests/contract/chat/; ARCHITECTURE.md, "Merge
 * cases", lists both.
 */
import {
  directId,
  messageId,
  passwordId,
  threadIdOf,
  userIdFor,
  type MessageId,
  type UserId,
} from "../../src/chat/ids.ts";
import { inviteIdOf } from "../../src/chat/kinds/create-invite.ts";
import { roomIdOf } from "../../src/chat/kinds/create-room.ts";
import type { OpBody } from "../../src/chat/kinds/kinds.ts";
import { encodeOp, opKey } from "../../src/chat/kinds/op.ts";
import { OPERATOR } from "../../src/chat/kinds/roles.ts";
import { sees } from "../../src/chat/rows.ts";
import { todo } from "../support/room-log.ts";
import { House } from "./house.ts";
import type { SimOutcome, SimReplica } from "./replica.ts";
import { Violation } from "./checks.ts";
import { describe } from "./run.ts";
import { expectWhole, stage } from "./scenes.ts";
import type { World } from "./world.ts";

const ANSWER_MS_MAX = 20_000;
/** A replica that is cut off goes on alone after 5 s. */
const ALONE_MS = 12_000;

type Row = Readonly<Record<string, unknown>>;
type Rows = Readonly<Record<string, readonly Row[]>>;

let ids = 0;
function uuid(): string {
  return `88888888-0000-4000-8000-${(++ids).toString(16).padStart(12, "0")}`;
}

/** Where one side acts. */
class Place {
  readonly #world: World;
  readonly #replica: SimReplica;
  /** The key of the newest op. */
  lastKey = "";

  constructor(world: World, replica: SimReplica) {
    this.#world = world;
    this.#replica = replica;
  }

  /** Somebody does something here, which is accepted. The client id of the request. */
  do(user: UserId, body: OpBody, clientId = uuid()): string {
    let outcome: SimOutcome | null = null;
    const stamped = this.#replica.stamp((timeMicros) => {
      const op = encodeOp({ user, clientId, timeMicros, origin: null, recovered: false, body });
      return { key: opKey(op), op };
    });
    this.lastKey = stamped.key;
    this.#replica.submit(stamped, (one) => (outcome = one));
    this.#world.run(ANSWER_MS_MAX, () => outcome !== null);
    const { kind, ...more } = (outcome ?? { kind: "unknown" }) as SimOutcome;
    if (kind !== "applied") throw new Error(`${body.kind}: ${kind} ${JSON.stringify(more)}; ${describe(this.#world)}`);
    return clientId;
  }

  registers(name: string, invite: Extract<OpBody, { kind: "register" }>["invite"] = null): UserId {
    const clientId = uuid();
    const user = userIdFor(name, clientId);
    const session = { id: `s ${name}`, tokenHash: `t ${name}` };
    this.do(user, { kind: "register", name, folded: name, passwordHash: `hash of ${name}`, session, invite }, clientId);
    return user;
  }

  says(user: UserId, conversation: string, text: string, more: object = {}): MessageId {
    return messageId(user, this.do(user, { ...todo.say(conversation, text), ...more } as OpBody));
  }

  room(user: UserId, name: string, more: Parameters<typeof todo.create>[1] = {}): string {
    const body = todo.create(name, more);
    const clientId = this.do(user, body);
    return roomIdOf({ user, clientId }, body);
  }
}

interface People {
  readonly anna: UserId;
  readonly ben: UserId;
  readonly eve: UserId;
  readonly dan: UserId;
}

/** What both sides find, what each of them does, and what is there at the end, whichever side wins. */
interface Case {
  readonly sides: readonly [(here: Place) => void, (there: Place) => void];
  readonly look: (rows: Rows) => unknown;
  readonly expected: unknown;
  /** The second side acts before the first. */
  readonly isSecondFirst?: true;
}

const find = (rows: Rows, table: string, like: Row): readonly Row[] =>
  rows[table]!.filter((row) => Object.entries(like).every(([column, value]) => row[column] === value));
const roomRow = (rows: Rows, id: string): Row => find(rows, "rooms", { id })[0]!;
const sorted = (list: readonly unknown[]): string[] => list.map(String).toSorted();
const inRoom = (rows: Rows, id: string): string[] =>
  sorted(find(rows, "members", { conversation: id }).map(({ user }) => user));
const messageRow = (rows: Rows, id: MessageId): Row =>
  find(rows, "messages", { author: id.split("-")[0], client_id: id.slice(id.indexOf("-") + 1) })[0]!;
const state = (rows: Rows, room: string, user: UserId): unknown => find(rows, "seats", { room, user })[0]?.["state"];

/** The cases, by name. Each prepares what it needs before the split. */
export const CASES: Record<string, (p: Place, people: People) => Case> = {
  "edit | edit": (p, { anna, ben }) => {
    const id = p.says(anna, directId(anna, ben), "first");
    const to = (body: string) => (at: Place) => void at.do(anna, { kind: "editMessage", message: id, body });
    return {
      sides: [to("second"), to("third")],
      look: (rows) => {
        const { seq, body } = messageRow(rows, id);
        const versions = find(rows, "versions", { seq }).map((row) => row["body"]);
        return [sorted(versions), versions.at(-1) === body];
      },
      expected: [["first", "second", "third"], true],
    };
  },
  "edit | delete": (p, { anna, ben }) => {
    const id = p.says(anna, directId(anna, ben), "words");
    return {
      sides: [
        (at) => at.do(anna, { kind: "editMessage", message: id, body: "other words" }),
        (at) => at.do(anna, { kind: "deleteMessages", ids: [id] }),
      ],
      look: (rows) => {
        const { seq, body, deleted } = messageRow(rows, id);
        return [body, deleted, find(rows, "versions", { seq }).length];
      },
      expected: ["", 1, 0],
    };
  },
  "react on | off": (p, { anna, ben }) => {
    const id = p.says(anna, directId(anna, ben), "nice");
    const react = (on: boolean) => (at: Place) => void at.do(ben, { kind: "react", message: id, emoji: "👍", on });
    react(true)(p);
    return {
      // The second one is done later, on either side.
      sides: [react(false), react(true)],
      look: (rows) => find(rows, "reactions", { seq: messageRow(rows, id)["seq"] }).map(({ shown }) => shown),
      expected: [1],
    };
  },
  "pin | unpin": (p, { anna, ben }) => {
    const id = p.says(anna, directId(anna, ben), "remember");
    const pin = (user: UserId, on: boolean) => (at: Place) => void at.do(user, { kind: "pin", message: id, on });
    pin(anna, true)(p);
    return {
      // The second one is done later, on either side.
      sides: [pin(anna, true), pin(ben, false)],
      look: (rows) => find(rows, "pins", { seq: messageRow(rows, id)["seq"] }).map(({ is_on }) => is_on),
      expected: [0],
    };
  },
  "two rooms of one name": (_, { anna, ben }) => ({
    sides: [(at) => at.room(anna, "twins"), (at) => at.room(ben, "twins")],
    look: (rows) =>
      rows["rooms"]!.map(({ name }) => String(name))
        .filter((name) => name.startsWith("twins"))
        .toSorted(),
    expected: ["twins", "twins-2"],
  }),
  "rename to y | create y": (p, { anna, ben }) => {
    const room = p.room(anna, "old");
    return {
      sides: [(at) => at.do(anna, todo.rename(room, "wanted")), (at) => at.room(ben, "wanted")],
      look: (rows) =>
        rows["rooms"]!.map(({ name }) => String(name))
          .filter((one) => one.startsWith("wanted"))
          .toSorted(),
      expected: ["wanted", "wanted-2"],
    };
  },
  "kick | post": (p, { anna, ben }) => {
    const room = p.room(anna, "kick", { people: [ben] });
    let id = "";
    return {
      sides: [(at) => at.do(anna, todo.remove(room, ben)), (at) => (id = at.says(ben, room, "still here"))],
      look: (rows) => [inRoom(rows, room), messageRow(rows, id)["body"]],
      expected: [[anna], "still here"],
    };
  },
  "ban | invite": (p, { anna, ben, eve }) => {
    const room = p.room(anna, "ban", { people: [eve] });
    return {
      sides: [(at) => at.do(anna, todo.ban(room, ben)), (at) => at.do(eve, todo.invite(room, ben))],
      look: (rows) => [inRoom(rows, room).includes(ben), state(rows, room, ben)],
      expected: [false, "banned"],
    };
  },
  "make private | join": (p, { anna, ben, dan }) => {
    const room = p.room(anna, "private");
    let id = "";
    return {
      sides: [
        (at) => {
          // Joined at a time at which somebody may have joined there.
          at.do(dan, todo.join(room));
          at.do(anna, todo.hide(room, dan));
        },
        (at) => {
          at.do(ben, todo.join(room));
          id = at.says(ben, room, "hello");
        },
      ],
      look: (rows) => [inRoom(rows, room), roomRow(rows, room)["is_private"], messageRow(rows, id)["body"]],
      expected: [[anna, dan].toSorted(), 1, "hello"],
    };
  },
  "last owner leaves on each side": (p, { anna, ben, eve }) => {
    const room = p.room(anna, "owners", { people: [ben, eve] });
    p.do(anna, todo.role(room, ben, "owner"));
    return {
      sides: [(at) => at.do(anna, todo.leave(room)), (at) => at.do(ben, todo.leave(room))],
      look: (rows) => find(rows, "seats", { room, state: "joined" }).map(({ user, role }) => [user, role]),
      expected: [[eve, "owner"]],
    };
  },
  "archive | post": (p, { anna, ben }) => {
    const room = p.room(anna, "archive", { people: [ben] });
    let id = "";
    return {
      sides: [(at) => at.do(anna, todo.archive(room)), (at) => (id = at.says(ben, room, "kept"))],
      look: (rows) => [roomRow(rows, room)["archived"], messageRow(rows, id)["body"]],
      expected: [1, "kept"],
    };
  },
  "thread begun on both sides": (p, { anna, ben }) => {
    const room = p.room(anna, "thread", { people: [ben] });
    const root = p.says(anna, room, "root");
    const thread = threadIdOf(root);
    const reply = (user: UserId) => (at: Place) => void at.says(user, thread, `by ${user}`, { parent: room });
    return {
      sides: [reply(anna), reply(ben)],
      look: (rows) => {
        const [first, ...more] = find(rows, "conversations", { id: thread });
        const said = find(rows, "messages", { conversation: first!["created_seq"] }).map(({ body }) => body);
        return [more.length, first!["parent"], sorted(said), inRoom(rows, thread)];
      },
      expected: [0, room, [`by ${anna}`, `by ${ben}`].toSorted(), [anna, ben].toSorted()],
    };
  },
  "invite of one use used twice": (p) => {
    const asked = { role: "member", rooms: [], usesMax: 1, seconds: 3_600 } as const;
    const body = { kind: "createInvite", tokenHash: "one use", ...asked } as const;
    const id = inviteIdOf({ user: OPERATOR, clientId: p.do(OPERATOR, body) }, body);
    const invite = { id, role: "member", rooms: [], by: OPERATOR } as const;
    return {
      sides: [(at) => at.registers("fay", invite), (at) => at.registers("gil", invite)],
      look: (rows) => [
        find(rows, "invite_uses", { invite: id }).length,
        find(rows, "users", { name: "fay" }).length + find(rows, "users", { name: "gil" }).length,
        find(rows, "audit", { action: "overuse", target: id }).length,
      ],
      expected: [2, 2, 1],
    };
  },
  "revoke | use": (p) => {
    const asked = { role: "member", rooms: [], usesMax: 9, seconds: 3_600 } as const;
    const body = { kind: "createInvite", tokenHash: "revoked", ...asked } as const;
    const id = inviteIdOf({ user: OPERATOR, clientId: p.do(OPERATOR, body) }, body);
    const invite = { id, role: "member", rooms: [], by: OPERATOR } as const;
    return {
      sides: [
        (at) => at.do(OPERATOR, { kind: "revokeInvite", invite: id, used: [at.registers("hal", invite)] }),
        (at) => at.registers("ida", invite),
      ],
      look: (rows) =>
        ["hal", "ida"].map((name) => {
          const user = find(rows, "users", { name })[0]!["id"];
          return [find(rows, "deactivations", { user, off: 1 }).length, find(rows, "sessions", { user }).length];
        }),
      expected: [
        [0, 1],
        [1, 0],
      ],
    };
  },
  "deactivate | post and log in": (p, { anna }) => {
    const person = p.registers("joe");
    let id = "";
    const session = { id: "s joe 2", tokenHash: "t joe 2" };
    return {
      sides: [
        (at) => at.do(OPERATOR, { kind: "setActive", person, active: false, seen: "" }),
        (at) => {
          id = at.says(person, directId(person, anna), "before I go");
          at.do(person, { kind: "login", session, checked: passwordId("hash of joe") });
        },
      ],
      look: (rows) => [
        messageRow(rows, id)["body"],
        find(rows, "deactivations", { user: person, off: 1 }).length,
        find(rows, "sessions", { user: person }).length,
      ],
      expected: ["before I go", 1, 0],
    };
  },
  "delete the account | post, and be invited": (p, { anna }) => {
    const person = p.registers("kim");
    const room = p.room(anna, "leavers");
    let id = "";
    return {
      sides: [
        (at) => at.do(person, { kind: "deleteAccount", deleteMessages: false, checked: passwordId("hash of kim") }),
        (at) => {
          id = at.says(person, directId(person, anna), "bye");
          at.do(anna, todo.invite(room, person));
        },
      ],
      look: (rows) => [
        find(rows, "users", { id: person })[0]!["deleted"],
        messageRow(rows, id)["body"],
        inRoom(rows, room).includes(person),
        find(rows, "sessions", { user: person }).length,
      ],
      expected: [1, "bye", false, 0],
    };
  },
  "history from joining | late message": (p, { anna, ben, eve }) => {
    const room = p.room(anna, "later", { isPrivate: true, historyFromJoining: true, people: [eve] });
    let late = "";
    let after = "";
    return {
      // What eve writes there was written before ben came here, and arrives after; or stands before his coming.
      sides: [
        (at) => {
          at.do(anna, todo.invite(room, ben));
          after = at.says(anna, room, "welcome");
        },
        (at) => (late = at.says(eve, room, "secret")),
      ],
      look: (rows) => {
        const [member] = find(rows, "members", { conversation: room, user: ben });
        const since = { sinceSeq: Number(member!["since_seq"]), sinceMicros: Number(member!["since_micros"]) };
        return [late, after].map((id) => {
          const { seq, recovered, time_micros } = messageRow(rows, id);
          return sees(since, { seq: Number(seq), recovered: recovered === 1, timeMicros: Number(time_micros) });
        });
      },
      expected: [false, true],
      isSecondFirst: true,
    };
  },
};

/** Worlds in which both sides must have won. */
const WORLDS_MAX = 12;

/** All cases, until the first side of each has won and the second. Throws a Violation. */
export function mergeCases(mutants: ReadonlySet<string>): void {
  const winners = new Set<0 | 1>();
  for (let n = 0; winners.size < 2; n++) {
    if (n === WORLDS_MAX) throw new Error(`only side ${[...winners].join()} wins`);
    winners.add(tried(mutants, n));
  }
}

/**
 * All cases in the n-th world, with the first side of each at the replica that is cut off, or, if n is odd, with the
 * other. The side that acts second does so at later times. Returns the side that has won.
 */
function tried(mutants: ReadonlySet<string>, n: number): 0 | 1 {
  const scene = stage(`merge cases ${n}`, "available", true, { mutants });
  const { world, leader, others } = scene;
  const [pair] = others as [SimReplica, SimReplica];
  world.checks.complaints = (domain) => new House().complaints(domain);
  const before = new Place(world, leader);
  const person = (name: string): UserId => before.registers(name);
  const people = { anna: person("anna"), ben: person("ben"), eve: person("eve"), dan: person("dan") };
  const cases = Object.entries(CASES).map(([name, make]) => ({ name, ...make(before, people) }));
  world.run(2_000);
  for (const { id } of others) {
    world.cut(id, leader.id);
    world.cut(leader.id, id);
  }
  world.run(ALONE_MS);
  const places = [new Place(world, leader), new Place(world, pair)];
  if (n % 2 === 1) places.reverse();
  for (const { sides, isSecondFirst } of cases) {
    for (const side of isSecondFirst === true ? ([1, 0] as const) : ([0, 1] as const)) sides[side](places[side]!);
  }
  world.healAll();
  expectWhole(scene);
  if (world.checks.coverage.merges === 0) throw new Error("nothing was merged");
  const { domain } = world.replicas[0]!.state;
  const rows = domain.dump();
  for (const { name, look, expected } of cases) {
    const [found, wanted] = [JSON.stringify(look(rows)), JSON.stringify(expected)];
    if (found !== wanted) throw new Violation("I14", `${name}: ${found}, and not ${wanted}`);
  }
  return domain.cameLate(places[0]!.lastKey) ? 1 : 0;
}
