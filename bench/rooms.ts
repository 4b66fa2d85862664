/**
 * B13: rooms. First one room with 1,000 people, of whom 300 have it on a page: how long does a message take to the
 * last page? Then 64 senders who write into 50 rooms of 20 people, and to one person each, in turns on one cluster:
 * what does a room cost the sender?
 */
import { each } from "../harness/each.ts";
import { loginCookie } from "../harness/login-cookie.ts";
import { GENERAL_ID } from "../src/chat/ids.ts";
import { Arrivals, atRate } from "./arrivals.ts";
import type { Sender } from "./chat-wires.ts";
import { runLoad } from "./load.ts";
import { ascending, cpuSeconds, median, ms, percentile, table, whole } from "./measure.ts";
import type { PartResult, Say } from "./part.ts";
import { registerPeople, startProduct, targetOf, type Person } from "./product.ts";
import { SignsOfLife } from "./signs-of-life.ts";
import { numberedBody, SseReaders } from "./sse-socket.ts";

const OPENING = 32;
const SETTLE_MS = 3_000;
const ARRIVE_MS = 3_000;
const BODY_BYTES = 200;
const SENDERS = 64;
const ROOM_PEOPLE = 20;
const WARM_UP_MS = 1_500;

export interface RoomsOptions {
  /** People in the large room, and pages that show it. */
  readonly people: number;
  readonly pages: number;
  readonly perSecond: number;
  readonly seconds: number;
  readonly rooms: number;
  readonly rounds: number;
  readonly countedMs: number;
}

export const ROOMS: RoomsOptions = {
  people: 1_000,
  pages: 300,
  perSecond: 20,
  seconds: 20,
  rooms: 50,
  rounds: 5,
  countedMs: 3_000,
};
export const ROOMS_QUICK: RoomsOptions = {
  people: 60,
  pages: 30,
  perSecond: 20,
  seconds: 3,
  rooms: 6,
  rounds: 1,
  countedMs: 1_000,
};

/** Everybody is in the room that the first account makes, so that one is the large room. */
async function largeRoom(say: Say, options: RoomsOptions): Promise<string> {
  const { people: count, pages, perSecond, seconds } = options;
  await using cluster = await startProduct();
  const people = await registerPeople(cluster, count);
  const arrivals = new Arrivals(pages);
  const readers = new SseReaders((_stream, no) => arrivals.arrived(no));
  const signs = new SignsOfLife();
  try {
    await each(pages, OPENING, async (i) => {
      const origin = cluster.web(cluster.ids[i % cluster.ids.length]!);
      const page = { origin, cookie: `${await loginCookie(origin)}=${people[i]!.token}`, stream: `s${i}` };
      await readers.open(origin, page.cookie, { name: page.stream, show: GENERAL_ID });
      signs.add(page);
    });
    await Bun.sleep(SETTLE_MS);
    const cpu = (): number[] => cluster.ids.map((id) => cpuSeconds(cluster.pid(id)));
    const before = cpu();
    await atRate(perSecond, seconds, (no) => {
      arrivals.sentAt[no] = performance.now();
      const body = numberedBody(no, BODY_BYTES);
      void people[(no * 7) % count]!.client.send({ conversationId: GENERAL_ID, body });
    });
    const cores = cpu().map((used, i) => ((used - before[i]!) / seconds).toFixed(2));
    await Bun.sleep(ARRIVE_MS);
    const last = ascending(arrivals.lastMs);
    const row = [
      `${whole(count)} people, ${whole(pages)} pages, ${perSecond} messages a second`,
      ms(percentile(last, 0.5)),
      ms(percentile(last, 0.99)),
      whole(perSecond * seconds - last.length),
      cores.join(" "),
    ];
    say(row.join(", "));
    return table(["", "last page p50", "p99", "messages that a page lacks", "cores of the replicas"], [row]);
  } finally {
    signs.close();
    readers.close();
    for (const { client } of people) client.close();
  }
}

/** The conversations in which the senders write: one person each, and rooms. */
interface Targets {
  readonly direct: readonly Sender[];
  readonly rooms: readonly Sender[];
}

async function makeTargets(people: readonly Person[], rooms: number): Promise<Targets> {
  const ids: string[] = [];
  const seats = (room: number): Person[] =>
    Array.from({ length: ROOM_PEOPLE }, (_, i) => people[(4 * room + i) % people.length]!);
  await each(rooms, OPENING, async (room) => {
    const [owner, ...others] = seats(room);
    const names = others.map(({ name }) => name);
    const request = { name: `room${room}`, topic: "", isPrivate: false, people: names, clientId: Bun.randomUUIDv7() };
    const made = await owner!.client.call("CreateRoom", request);
    if (!made.ok) throw new Error(`room${room} could not be made: ${made.code}`);
    ids[room] = made.value.room!.id;
  });
  const direct = await Promise.all(
    Array.from({ length: SENDERS }, async (_, i) => {
      const [from, to] = [people[i]!, people[(i + SENDERS) % people.length]!];
      const sent = await from.client.send({ to: to.name, body: "hello" });
      if (!sent.ok) throw new Error(`${from.name} could not write: ${sent.code}`);
      return { token: from.token, conversationId: sent.value.message!.conversationId };
    }),
  );
  const inRooms = Array.from({ length: SENDERS }, (_, i) => {
    const room = i % rooms;
    return { token: seats(room)[Math.floor(i / rooms)]!.token, conversationId: ids[room]! };
  });
  return { direct, rooms: inRooms };
}

async function sends(say: Say, { rooms, rounds, countedMs }: RoomsOptions): Promise<string> {
  await using cluster = await startProduct();
  const people = await registerPeople(cluster, Math.max(rooms * 4, 2 * SENDERS));
  try {
    const targets = await makeTargets(people, rooms);
    const period = { warmUpMs: WARM_UP_MS, countedMs };
    const rows: string[][] = [];
    const ratios: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const order = round % 2 === 0 ? (["direct", "rooms"] as const) : (["rooms", "direct"] as const);
      const rate = { direct: 0, rooms: 0 };
      for (const which of order)
        rate[which] = (await runLoad(targetOf({ cluster, senders: targets[which] }), period)).perSecond;
      ratios.push(rate.rooms / rate.direct);
      rows.push([String(round + 1), whole(rate.direct), whole(rate.rooms), `${ratios.at(-1)!.toFixed(2)}x`]);
      say(rows.at(-1)!.join(", "));
    }
    rows.push(["median", "", "", `${median(ratios).toFixed(2)}x`]);
    const about = `${SENDERS} senders by streams, ${whole(rooms)} rooms of ${ROOM_PEOPLE} people; sends a second:`;
    return `${about}\n\n${table(["round", "to one person each", "into the rooms", "ratio"], rows)}`;
  } finally {
    for (const { client } of people) client.close();
  }
}

/** Runs the part and returns Markdown. */
export async function rooms(say: Say, options: RoomsOptions = ROOMS): Promise<PartResult> {
  const large = await largeRoom(say, options);
  return { text: `${large}\n\n${await sends(say, options)}` };
}
