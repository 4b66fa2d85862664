/** The terminal client without a cluster: what words mean, how messages look, the login's file, and failures. */
import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EventEmitter } from "node:events";
import { callFailure } from "../../../src/cli/call-failure.ts";
import { loginPath, readLogin, removeLogin, writeLogin } from "../../../src/cli/login-file.ts";
import { messageText, personText, profileText, roomText, type Message } from "../../../src/cli/message-text.ts";
import { parseInvocation } from "../../../src/cli/invocation.ts";
import { placeOf, roomOf } from "../../../src/cli/place.ts";
import { askSecret, readAll } from "../../../src/cli/terminal-input.ts";
import { wishOf } from "../../../src/cli/talk.ts";
import { failureLine } from "../../../src/host/exit.ts";

const folder = mkdtempSync(join(tmpdir(), "lastword-login-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function message(more: Partial<Message>): Message {
  const at = new Date(2026, 10, 29, 14, 3).getTime() * 1000;
  return {
    id: "a-1",
    authorName: "ann",
    body: "hello",
    timeMicros: at,
    deleted: false,
    recovered: false,
    files: [],
    ...more,
  } as Message;
}

describe("words", () => {
  test("text that begins with a dash comes behind --", () => {
    const parsed = parseInvocation(["send", "--to", "#ops", "--", "--json", "-1"], {});
    expect(parsed).toMatchObject({
      ok: true,
      value: { words: ["--json", "-1"], options: { to: "#ops", json: false } },
    });
    expect(parseInvocation(["status", "--", "x"], {})).toMatchObject({ ok: false, exit: 2 });
  });

  test.each([
    ["send --to", "--to lacks its value"],
    ["send --client-id 7", '--client-id must be a UUID, such as the one that uuidgen prints, not "7"'],
    ["read --limit 201 ann", '--limit must be a whole number from 1 to 200, not "201"'],
    ["read --to ann", "--to does not belong to lastword read"],
    ["login --server a:1,b", '--server must be HOST:PORT, or up to 7 of them separated by commas, not "a:1,b"'],
    ["rooms all", '"all" is not an option'],
    [
      "profile --until soon",
      '--until must be a time such as 30m, 12h or 7d, at most 400d, today, or a date such as 2026-12-24, not "soon"',
    ],
  ])("%s is refused", (words, what) => {
    expect(parseInvocation(words.split(" "), {})).toMatchObject({ ok: false, exit: 2, what });
  });

  test("a status ends after some time, with today, or with a day", () => {
    const until = (word: string): unknown => {
      const parsed = parseInvocation(["profile", "--until", word], {});
      return parsed.ok && parsed.value.options.until;
    };
    expect(until("90m")).toEqual({ seconds: 5_400 });
    expect(until("2026-12-24")).toEqual({ ms: new Date(2026, 11, 25).getTime() });
    const now = new Date();
    expect(until("today")).toEqual({ ms: new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1).getTime() });
  });

  test("people write @ before a person, and may leave out the # of a room", () => {
    expect([placeOf("@ann"), placeOf("ann"), placeOf("#ops")]).toEqual(["ann", "ann", "#ops"]);
    expect([roomOf("ops"), roomOf("#ops")]).toEqual(["#ops", "#ops"]);
  });

  test("a line of input is a message unless it begins with one slash", () => {
    expect(wishOf("hello /open")).toEqual({ kind: "say", text: "hello /open" });
    expect(wishOf("//etc is full")).toEqual({ kind: "say", text: "/etc is full" });
    expect(wishOf("/OPEN  #ops ")).toEqual({ kind: "command", name: "open", rest: "#ops" });
    expect(wishOf("/")).toEqual({ kind: "command", name: "", rest: "" });
    expect(wishOf("  ")).toEqual({ kind: "nothing" });
  });
});

describe("what people wrote, as lines", () => {
  test("has a time, an author, and its further lines indented", () => {
    expect(messageText(message({}))).toBe("2026-11-29 14:03 ann: hello\n");
    expect(messageText(message({ body: "a\nbob: b" }), "#ops")).toBe("2026-11-29 14:03 #ops ann: a\n    bob: b\n");
    expect(messageText(message({ recovered: true }))).toEndWith("hello (arrived late)\n");
    expect(messageText(message({ deleted: true, body: "" }))).toEndWith("ann: (deleted)\n");
    const files = [{ name: "plan\u0007.png", bytes: 12 }] as unknown as Message["files"];
    expect(messageText(message({ body: "", files }))).toEndWith("ann: [file plan\ufffd.png, 12 bytes]\n");
  });

  test("cannot act on the terminal", () => {
    const shown = messageText(message({ body: "\u001b[2Jx\u009b1m\ry\tz", authorName: "a\u0007\nn" }));
    expect(shown).toBe("2026-11-29 14:03 a\ufffd n: \ufffd[2Jx\ufffd1m\ufffdy\tz\n");
  });

  test("rooms and people", () => {
    const room = { name: "ops", topic: "on call", isPrivate: true, people: 1, role: "" };
    expect(roomText(room)).toBe("  #ops  1 person, private, on call\n");
    expect(roomText({ ...room, topic: "", isPrivate: false, people: 2, role: "member" })).toBe("* #ops  2 people\n");
    const ben = { name: "ben", displayName: "ben", online: false };
    expect(personText({ name: "ann", displayName: "ann", online: true }, "owner")).toBe("* ann  owner\n");
    expect(personText(ben, "member")).toBe("  ben\n");
    const status = { emoji: "🌴", text: "a\nway\u001b[2J", untilMicros: 0 };
    const known = { ...ben, displayName: "Ben Adams", status, timeZone: "Asia/Tokyo" };
    expect(personText(known, "admin")).toBe("  ben  Ben Adams  admin  🌴 a way\ufffd[2J\n");
    // It has ended by the clock of this host.
    expect(personText({ ...ben, status: { ...status, untilMicros: 1 } }, "member")).toBe("  ben\n");
    expect(profileText(known)).toBe(
      "name          ben\ndisplay name  Ben Adams\nstatus        🌴 a way\ufffd[2J\ntime zone     Asia/Tokyo\n",
    );
  });
});

describe("the login's file", () => {
  const login = { name: "ann", token: "t", servers: ["127.0.0.1:1"] };

  test("only its owner can read it, and one that others can read is refused", () => {
    const path = join(folder, "new", "login.json");
    expect(writeLogin(path, login)).toBeNull();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, "new")).mode & 0o777).toBe(0o700);
    expect(readLogin(path)).toMatchObject({ ok: true, value: login });
    chmodSync(path, 0o640);
    expect(readLogin(path)).toMatchObject({ ok: false, exit: 3, todo: `run chmod 600 ${path}` });
    // Replaced, not written into: the new file has its own mode.
    expect(writeLogin(path, { ...login, token: "u" })).toBeNull();
    expect(readLogin(path)).toMatchObject({ ok: true, value: { token: "u" } });
    expect([removeLogin(path), removeLogin(path)]).toEqual([null, null]);
    expect(readLogin(path)).toMatchObject({ ok: false, exit: 1, what: "you are not logged in" });
  });

  test("anything else in its place is refused", () => {
    const path = join(folder, "other.json");
    for (const content of ["", "{}", '{"version":1,"name":"a","token":"t","servers":[]}', "[1]", "null"]) {
      writeFileSync(path, content, { mode: 0o600 });
      expect(readLogin(path)).toMatchObject({ ok: false, exit: 3, what: `${path} is not a login` });
    }
  });

  test("is in the configuration folder unless it is given", () => {
    expect(loginPath(null, { XDG_CONFIG_HOME: "/c" })).toBe("/c/lastword/login.json");
    expect(loginPath("/x/y", { XDG_CONFIG_HOME: "/c" })).toBe("/x/y");
  });
});

describe("failures", () => {
  const lost = { code: "timed_out", sentence: "No answer in time.", outcome: "unknown" } as const;
  const change = { what: "the message was sent", again: "--client-id 1" };

  test("an unknown outcome has an exit code of its own, and says how to find out", () => {
    const failed = callFailure(lost, change);
    expect(failed.exit).toBe(8);
    expect(failureLine(failed)).toBe(
      "lastword: it is not known whether the message was sent (No answer in time); to find out, run it again with --client-id 1\n",
    );
  });

  test("what certainly did not happen, and what only reads, failed", () => {
    expect(callFailure({ ...lost, code: "too_long", outcome: "definite" }, change)).toMatchObject({ exit: 1 });
    expect(callFailure(lost, null)).toMatchObject({ exit: 1, what: "No answer in time", todo: "try again" });
  });
});

describe("input", () => {
  class Keys extends EventEmitter {
    readonly raw: boolean[] = [];
    setRawMode = (raw: boolean): void => void this.raw.push(raw);
    resume = (): void => {};
    pause = (): void => {};
  }
  async function typed(...keys: string[]): Promise<{ secret: string | null; shown: string; raw: boolean[] }> {
    const input = new Keys();
    let shown = "";
    const asked = askSecret("Password: ", input, (text) => (shown += text));
    for (const key of keys) input.emit("data", Buffer.from(key));
    return { secret: await asked, shown, raw: input.raw };
  }

  test("a secret is not shown, and the terminal is as before", async () => {
    expect(await typed("s3", "x\u007f", "crêt\r")).toEqual({
      secret: "s3crêt",
      shown: "Password: \n",
      raw: [true, false],
    });
    expect((await typed("wrong\u0015right\n")).secret).toBe("right");
    expect((await typed("abc\u0003")).secret).toBeNull();
    expect((await typed("\u0004")).secret).toBeNull();
  });

  test("what is piped in loses its last line break, and is bounded", async () => {
    const chunks = async function* (...parts: string[]) {
      for (const part of parts) yield Buffer.from(part);
    };
    expect(await readAll(chunks("a\nb", "\n"))).toBe("a\nb");
    expect(await readAll(chunks("a\r\n"))).toBe("a");
    expect(await readAll(chunks("x".repeat(40_000), "x".repeat(40_000)))).toBeNull();
  });
});
