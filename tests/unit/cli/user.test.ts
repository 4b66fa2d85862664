/** `lastword user`: what its words mean, and how people are listed. */
import { describe, expect, test } from "bun:test";
import { parseInvocation } from "../../../src/cli/invocation.ts";
import { peopleText, wishOf } from "../../../src/cli/user.ts";
import { failureLine } from "../../../src/host/exit.ts";

function wish(words: string) {
  const parsed = parseInvocation(words.split(" "), {});
  if (!parsed.ok) throw new Error(parsed.what);
  return wishOf(parsed.value.words);
}

describe("lastword user", () => {
  test("its words may stand before and behind options", () => {
    expect(wish("user list --json")).toEqual({ ok: true, value: { kind: "list" } });
    expect(wish("user --data=x role Ben admin")).toEqual({
      ok: true,
      value: { kind: "role", person: "Ben", role: "admin" },
    });
  });

  test.each(["reset", "deactivate", "reactivate"])("user %s NAME", (kind) => {
    expect(wish(`user ${kind} Ben`)).toMatchObject({ ok: true, value: { kind, person: "Ben" } });
    expect(wish(`user ${kind}`).ok).toBe(false);
    expect(wish(`user ${kind} Ben now`).ok).toBe(false);
  });

  test.each([
    ["user", "user lacks what to do"],
    ["user lists", '"user lists" is not understood'],
    ["user list ben", '"user list ben" is not understood'],
    ["user role ben", '"user role ben" is not understood'],
    ["user role ben admin now", '"user role ben admin now" is not understood'],
    ["user role ben king", '"king" is no role'],
  ])("%s is refused in one line that says what to give", (words, what) => {
    const refused = wish(words);
    if (refused.ok) throw new Error("was accepted");
    expect(refused).toMatchObject({ exit: 2, what });
    expect(failureLine(refused)).toContain("admin");
  });

  test("a line for each person, the role first", () => {
    const person = (name: string, role: string) => ({
      name,
      role,
      deactivated: name === "ben",
      online: false,
      lastSeenMicros: 0,
    });
    expect(peopleText([person("ada", "owner"), person("ben", "member")])).toBe(
      "owner   ada\nmember  ben (deactivated)\n",
    );
    expect(peopleText([])).toBe("nobody has an account yet\n");
  });
});
