/** `lastword invite`: what its options mean. */
import { expect, test } from "bun:test";
import { parseInvocation } from "../../../src/cli/invocation.ts";

function options(words: string) {
  const parsed = parseInvocation(words.split(" "), {});
  if (!parsed.ok) return parsed.what;
  const { role, room, uses, expires } = parsed.value.options;
  return { role, room, uses, expires };
}

test("without options: a member, 25 uses, 7 days", () => {
  expect(options("invite")).toEqual({ role: "member", room: [], uses: 25, expires: 7 * 24 * 3600 });
});

test("all of them", () => {
  expect(options("invite --role guest --room ops,dev --uses 1 --expires 12h")).toEqual({
    role: "guest",
    room: ["ops", "dev"],
    uses: 1,
    expires: 12 * 3600,
  });
});

test("the link of the first account", () => {
  const parsed = parseInvocation(["invite", "--owner"], {});
  expect(parsed).toMatchObject({ ok: true, value: { options: { owner: true } } });
});

test.each([
  ["--role owner", "--role must be member or guest"],
  ["--uses 0", "--uses must be a whole number from 1 to 1000"],
  ["--expires 7", "--expires must be a time such as 30m, 12h or 7d, at most 365d"],
  ["--expires 366d", "--expires must be a time such as 30m, 12h or 7d, at most 365d"],
  ["--expires 0m", "--expires must be a time such as 30m, 12h or 7d, at most 365d"],
  ["--room ops,,dev", "--room must be names, separated by commas"],
])("invite %s is refused", (words, what) => {
  expect(options(`invite ${words}`)).toContain(what);
});
