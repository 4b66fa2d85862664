/** The rooms of the data sets of the search: who writes in them, and who reads all of them, some or a few. */
import { each } from "../harness/each.ts";
import type { Cluster } from "../harness/cluster.ts";
import type { Sender } from "./chat-wires.ts";
import { registerPeople } from "./product.ts";

export const ROOMS = 200;
/** Each of them writes in the rooms whose number leaves this person's number. */
const WRITERS = 20;
/** Rooms that the readers are in. The index is asked by its conversations for the last one only. */
const READ = [ROOMS, 60, 20];
const MAKING = 8;

/** Somebody who searches, and in how many of the rooms this person is. */
export interface Reader {
  readonly token: string;
  readonly rooms: number;
}

/** Makes the rooms. There is one sender for each of them. */
export async function makeRooms(
  cluster: Cluster,
): Promise<{ readonly senders: readonly Sender[]; readonly readers: readonly Reader[] }> {
  const people = await registerPeople(cluster, WRITERS + READ.length);
  const writers = people.slice(0, WRITERS);
  const readers = people.slice(WRITERS);
  const senders: Sender[] = [];
  await each(ROOMS, MAKING, async (room) => {
    const owner = writers[room % WRITERS]!;
    const inIt = readers.filter((_, i) => room % (ROOMS / READ[i]!) < 1);
    const made = await owner.client.call("CreateRoom", {
      name: `room${room}`,
      topic: "",
      isPrivate: true,
      people: inIt.map(({ name }) => name),
      clientId: Bun.randomUUIDv7(),
    });
    if (!made.ok) throw new Error(`room${room} could not be made: ${made.code}`);
    senders[room] = { token: owner.token, conversationId: made.value.room!.id };
  });
  for (const { client } of people) client.close();
  return { senders, readers: readers.map(({ token }, i) => ({ token, rooms: READ[i]! })) };
}
