/** Read marks: they are gathered, all of them are one op, and each caller gets an answer of its own. */
import type { AppliedOp } from "../../../src/chat/applied-op.ts";
import { afterEach, expect, test } from "bun:test";
import type { Answer } from "../../../src/chat/errors.ts";
import { markRecovered } from "../../../src/chat/kinds/op.ts";
import { MARKS_MAX } from "../../../src/chat/service/mark-gatherer.ts";
import {
  createSoloChat,
  SOLO_PASSWORD,
  type Person,
  type SoloChat,
  type SoloOptions,
} from "../../support/solo-chat.ts";

let solo: SoloChat;
afterEach(() => solo.close());

/** Longer than any test here, so nothing is proposed because time has passed. */
const NEVER_MS = 60_000;

/** A chat, its people, and the ops that were applied since. */
async function started(
  names: readonly string[],
  options: SoloOptions,
): Promise<{ people: Person[]; ops: AppliedOp[] }> {
  solo = createSoloChat(options);
  const people: Person[] = [];
  for (const name of names) people.push(await solo.person(name));
  const ops: AppliedOp[] = [];
  const told = solo.chat.applied.bind(solo.chat);
  solo.chat.applied = (more, view) => {
    ops.push(...more);
    told(more, view);
  };
  return { people, ops };
}

async function send(from: Person, to: Person): Promise<{ id: string; conversationId: string }> {
  const input = { to: to.user.name, body: "hi", clientId: crypto.randomUUID() };
  const sent = await solo.chat.send(from.session, input);
  if (!sent.ok) throw new Error(sent.error.code);
  return sent.value;
}

function codes(answers: readonly Answer<null>[]): string[] {
  return answers.map((answer) => (answer.ok ? "ok" : answer.error.code));
}

function marksOps(ops: readonly AppliedOp[]): number {
  return ops.filter(({ result }) => result.kind === "marked").length;
}

test("the marks of a moment are one op, each with its answer and the op's cursor; the next moment is another", async () => {
  const { people, ops } = await started(["anna", "ben", "carl"], { gatherMarksMs: 20 });
  const [anna, ben, carl] = people as [Person, Person, Person];
  const [toBen, toCarl] = [await send(anna, ben), await send(anna, carl)];
  const answers = await Promise.all([
    solo.chat.markRead(ben.session, { ids: [toBen.id] }),
    solo.chat.markRead(ben.session, { ids: [toCarl.id] }),
    solo.chat.markAllRead(carl.session, { conversationId: toCarl.conversationId, upTo: toCarl.id }),
    solo.chat.markRead(carl.session, { ids: [toCarl.id] }),
  ]);
  expect(codes(answers)).toEqual(["ok", "not_found", "ok", "ok"]);
  expect(new Set(answers.flatMap((answer) => (answer.ok ? [answer.cursor] : []))).size).toBe(1);
  expect(marksOps(ops)).toBe(1);
  expect([ben, carl].map(({ session }) => solo.chat.waitingTotal(session).unread)).toEqual([0, 0]);
  await solo.chat.markRead(ben.session, { ids: [toBen.id] });
  expect(marksOps(ops)).toBe(2);
});

test("of what is unread, a mark carries what its reader was shown: after a merge nothing else is read", async () => {
  const { people } = await started(["anna", "ben"], {});
  const [anna, ben] = people as [Person, Person];
  const [, shown, later] = [await send(anna, ben), await send(anna, ben), await send(anna, ben)];
  // The mark's op is lost with its branch; the merge brings it back, and counts what it names.
  solo.outcome = { kind: "timed_out" };
  await solo.chat.markAllRead(ben.session, { conversationId: shown.conversationId, upTo: shown.id });
  solo.apply(solo.lost.map((op) => markRecovered(op, { replica: 1, view: "2.1.00000000000000cc.0" })));
  expect(solo.state.queries.unreadIds(shown.conversationId, ben.user.id, 10)).toEqual([later.id]);
});

test("no mark leaves a request", async () => {
  const { people } = await started(["anna", "ben"], {});
  const [anna, ben] = people as [Person, Person];
  const requests = (): unknown => solo.state.client().query("SELECT count(*) AS n FROM requests").get();
  const { id, conversationId } = await send(anna, ben);
  const before = requests();
  await solo.chat.markRead(ben.session, { ids: [id] });
  await solo.chat.markAllRead(ben.session, { conversationId, upTo: id });
  expect(requests()).toEqual(before);
});

test("a full op goes at once", async () => {
  const { people, ops } = await started(["anna", "ben"], { gatherMarksMs: NEVER_MS });
  const [anna, ben] = people as [Person, Person];
  const { id } = await send(anna, ben);
  const answers = await Promise.all(
    Array.from({ length: MARKS_MAX }, () => solo.chat.markRead(ben.session, { ids: [id] })),
  );
  expect(new Set(codes(answers))).toEqual(new Set(["ok"]));
  expect(marksOps(ops)).toBe(1);
});

test("so do many ids: at most 4,000 in one op", async () => {
  const { people, ops } = await started(["anna", "ben"], { gatherMarksMs: NEVER_MS });
  const [anna, ben] = people as [Person, Person];
  const ids = Array.from({ length: 500 }, () => `${anna.user.id}-${crypto.randomUUID()}`);
  const answers = Array.from({ length: 8 }, () => solo.chat.markRead(ben.session, { ids }));
  const ninth = solo.chat.markRead(ben.session, { ids });
  expect(codes(await Promise.all(answers))).toEqual(Array.from({ length: 8 }, () => "not_found"));
  expect(marksOps(ops)).toBe(1);
  // A stop proposes the marks that are still being gathered.
  solo.chat.stop();
  expect(codes([await ninth])).toEqual(["not_found"]);
  expect(marksOps(ops)).toBe(2);
});

test.each<[string, (ben: Person) => Promise<Answer<null>>]>([
  ["a log-out", (ben) => solo.chat.logout(ben.session)],
  [
    "a new password",
    (ben) =>
      solo.chat.changePassword(ben.session, {
        password: SOLO_PASSWORD,
        newPassword: "another horse",
        clientId: crypto.randomUUID(),
      }),
  ],
  [
    "the end of the account",
    (ben) =>
      solo.chat.deleteAccount(ben.session, {
        password: SOLO_PASSWORD,
        deleteMessages: false,
        clientId: crypto.randomUUID(),
      }),
  ],
])("what was read before %s counts, and nothing after it", async (_, end) => {
  const { people } = await started(["anna", "ben"], { gatherMarksMs: NEVER_MS });
  const [anna, ben] = people as [Person, Person];
  const [first, second] = [await send(anna, ben), await send(anna, ben)];
  const before = solo.chat.markRead(ben.session, { ids: [first.id] });
  expect((await end(ben)).ok).toBe(true);
  expect(codes([await before])).toEqual(["ok"]);
  const after = solo.chat.markRead(ben.session, { ids: [second.id] });
  solo.chat.stop();
  // A password change keeps the session that asked for it.
  const ended = solo.chat.authenticate(ben.token) === null;
  expect(codes([await after])).toEqual([ended ? "not_logged_in" : "ok"]);
});

test("whoever asks gets the failure of the write", async () => {
  const { people } = await started(["anna", "ben"], {});
  const [anna, ben] = people as [Person, Person];
  const { id } = await send(anna, ben);
  solo.outcome = { kind: "no_leader" };
  const both = [anna, ben].map((who) => solo.chat.markRead(who.session, { ids: [id] }));
  expect(codes(await Promise.all(both))).toEqual(["no_leader", "no_leader"]);
});
