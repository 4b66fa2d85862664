/** A private room and the people who must not learn of it, in the chat without a cluster: for the tables of rights. */
import type { Answer } from "../../src/chat/errors.ts";
import { threadIdOf } from "../../src/chat/ids.ts";
import type { RoomChange } from "../../src/chat/room-change.ts";
import type { Target } from "./requests/request.ts";
import { SOLO_PASSWORD, type Person, type SoloChat } from "./solo-chat.ts";

/** The people who are not in the room, and why not. All but the first two were never in it. */
export const STRANGERS = ["removed", "banned", "outsider", "guest", "banned before she came"] as const;
export type Stranger = (typeof STRANGERS)[number];

/** The name, the topic and the messages of the room: nobody else may ever see one of these words. */
export const SECRETS = ["hideout", "behind the mill", "attack at dawn", "retreat at dusk", "over the ridge"] as const;
const [NAME, TOPIC, BEFORE, AFTER, REPLY] = SECRETS;

/** The words of the message that the newcomer must not see. */
export const WRITTEN_BEFORE = BEFORE;
/** The words of the message that `goesOn` writes. */
export const WRITTEN_AFTER = AFTER;

const id = (): string => crypto.randomUUID();

function must<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.sentence}`);
  return answer.value;
}

/** See the top of this file. */
export class PrivateRoom {
  readonly solo: SoloChat;
  readonly owner: Person;
  readonly member: Person;
  /** She came after BEFORE was written, and the room shows nobody what was written before. */
  readonly newcomer: Person;
  readonly strangers: Readonly<Record<Stranger, Person>>;
  /** She was in the room until she deleted her account. */
  readonly deleted: Person;
  /** She is in the room, and her account is deactivated. */
  readonly deactivated: Person;
  readonly target: Target;
  /** From before anybody was sent away. */
  readonly cursor: string;

  private constructor(
    solo: SoloChat,
    people: Pick<PrivateRoom, "owner" | "member" | "newcomer" | "strangers" | "deleted" | "deactivated">,
    made: Pick<PrivateRoom, "target" | "cursor">,
  ) {
    this.solo = solo;
    this.owner = people.owner;
    this.member = people.member;
    this.newcomer = people.newcomer;
    this.strangers = people.strangers;
    this.deleted = people.deleted;
    this.deactivated = people.deactivated;
    this.target = made.target;
    this.cursor = made.cursor;
  }

  /** Deleting an account takes a password hash; a test that makes many rooms does without. */
  static async make(solo: SoloChat, but?: "nobody is deleted"): Promise<PrivateRoom> {
    const [owner, member, newcomer, deleted, deactivated] = [
      await solo.person("zenobia"),
      await solo.person("yorick"),
      await solo.person("wanda"),
      await solo.person("xanthe"),
      await solo.person("violet"),
    ];
    const strangers = {
      removed: await solo.person("rosa"),
      banned: await solo.person("bert"),
      outsider: await solo.person("olga"),
      guest: await solo.person("gina"),
      "banned before she came": await solo.person("nora"),
    };
    must(await solo.chat.setRole(owner.session, { person: "gina", role: "guest", clientId: id() }));
    const people = ["yorick", "xanthe", "violet", "rosa", "bert"];
    const history = { isPrivate: true, historyFromJoining: true };
    const asked = { name: NAME, topic: TOPIC, ...history, people, clientId: id() };
    const room = must(await solo.chat.createRoom(owner.session, asked)).id;
    const sent = must(await solo.chat.send(owner.session, { conversationId: room, body: BEFORE, clientId: id() }));
    const conversationId = threadIdOf(sent.id);
    for (const { session } of [owner, strangers.removed, strangers.banned])
      must(await solo.chat.send(session, { conversationId, body: REPLY, clientId: id() }));
    const [newest] = must(await solo.chat.messages(owner.session, { conversationId, limit: 1 }));
    must(await solo.chat.markAllRead(owner.session, { conversationId, upTo: newest!.id }));
    const target = { room, name: NAME, message: sent.id, session: owner.session.sessionId };
    const made = new PrivateRoom(
      solo,
      { owner, member, newcomer, strangers, deleted, deactivated },
      { target, cursor: solo.chat.cursor() },
    );
    await made.change({ kind: "remove", people: ["rosa"] });
    await made.change({ kind: "ban", person: "bert" });
    await made.change({ kind: "ban", person: "nora" });
    await made.change({ kind: "invite", people: ["wanda"] });
    must(await solo.chat.setActive(owner.session, { person: "violet", active: false, clientId: id() }));
    if (but !== undefined) return made;
    must(
      await solo.chat.deleteAccount(deleted.session, {
        password: SOLO_PASSWORD,
        deleteMessages: false,
        clientId: id(),
      }),
    );
    return made;
  }

  /** What a request names that asks for nothing: its answers must be those about the room, but for what was asked. */
  get nothing(): Target {
    const message = `${this.owner.session.userId}-${id()}`;
    return { room: "NoSuchRoom00", name: "nowhere", message, session: "NoSuchLogin0" };
  }

  /** The owner changes the room. */
  async change(change: RoomChange): Promise<void> {
    must(await this.solo.chat.changeRoom(this.owner.session, { room: this.target.room, change, clientId: id() }));
  }

  /** Everything happens in the room that those in it hear of. */
  async goesOn(): Promise<void> {
    const { chat } = this.solo;
    const conversationId = this.target.room;
    const sent = must(await chat.send(this.owner.session, { conversationId, body: AFTER, clientId: id() }));
    const gone = must(await chat.send(this.owner.session, { conversationId, body: BEFORE, clientId: id() }));
    chat.typing(this.owner.session, conversationId);
    const thread = threadIdOf(this.target.message);
    const replied = must(await chat.send(this.owner.session, { conversationId: thread, body: REPLY, clientId: id() }));
    chat.typing(this.owner.session, thread);
    must(await chat.react(this.owner.session, { messageId: replied.id, emoji: "👍", on: true, clientId: id() }));
    must(await chat.followThread(this.member.session, { messageId: this.target.message, on: true, clientId: id() }));
    must(await chat.markRead(this.member.session, { ids: [sent.id] }));
    must(await chat.deleteMessages(this.owner.session, { ids: [gone.id], clientId: id() }));
    await this.change({ kind: "topic", topic: `${TOPIC} again` });
    await this.change({ kind: "name", name: `${NAME}-2` });
    await this.change({ kind: "name", name: NAME });
    await this.change({ kind: "topic", topic: TOPIC });
    await this.change({ kind: "role", person: "yorick", role: "admin" });
    await this.change({ kind: "role", person: "yorick", role: "member" });
    await this.change({ kind: "unban", person: "nora" });
    await this.change({ kind: "remove", people: ["nora"] });
    await this.change({ kind: "ban", person: "nora" });
    await this.change({ kind: "archived", archived: true });
    await this.change({ kind: "archived", archived: false });
  }

  /** What those in the room see of it; it must be the same after whatever a stranger has tried. */
  async everything(): Promise<unknown> {
    const { chat } = this.solo;
    const { room } = this.target;
    const { session } = this.owner;
    return [
      must(await chat.room(session, { room })),
      must(await chat.listRoomPeople(session, { room, limit: 200 })).map(({ user, role }) => [user.name, role]),
      must(await chat.messages(session, { conversationId: room, limit: 200 })),
      must(await chat.messages(session, { conversationId: threadIdOf(this.target.message), limit: 200 })),
    ];
  }
}

/** An answer about a target, without what the request itself named, the ids that every form has, and cursors. */
export function unnamed(text: string, { room, name, message, session }: Target): string {
  return text
    .replaceAll(session, "SESSION")
    .replaceAll(message, "MESSAGE")
    .replaceAll(room, "ROOM")
    .replaceAll(name, "NAME")
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "UUID")
    .replaceAll(/\d+\.\d+\.[0-9a-f]{16}\.\d+:\d+/g, "CURSOR");
}
