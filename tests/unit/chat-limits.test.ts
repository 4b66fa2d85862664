/** Shapes and sizes: what is taken, and what is refused with which code at which field. */
import { describe, expect, test } from "bun:test";
import {
  checkBody,
  checkClientId,
  checkIds,
  checkLimit,
  checkName,
  checkPassword,
  typedName,
} from "../../src/chat/limits.ts";
import { parseCursor, formatCursor } from "../../src/chat/cursor.ts";
import { splitMessageId, userIdFor } from "../../src/chat/ids.ts";
import { PasswordGate } from "../../src/chat/password-gate.ts";
import { addressKey, isLoopback, RateLimit } from "../../src/chat/rate-limit.ts";

type Checked = { ok: true; value: unknown } | { ok: false; error: { code: string } };
const code = (checked: Checked): string => (checked.ok ? "ok" : checked.error.code);

describe("names", () => {
  test.each([
    ["Anna", "Anna", "anna"],
    ["  Anna ", "Anna", "anna"],
    ["Ａｎｎａ", "Anna", "anna"],
    ["Straße", "Straße", "strasse"],
    ["ΣΊΣΥΦΟΣ", "ΣΊΣΥΦΟΣ", "σίσυφοσ"],
    ["नमस्ते", "नमस्ते", "नमस्ते"],
    ["a_b.c-9", "a_b.c-9", "a_b.c-9"],
    ["x".repeat(32), "x".repeat(32), "x".repeat(32)],
  ])("%p is %p, compared as %p", (text, name, folded) => {
    expect(checkName(text)).toEqual({ ok: true, value: { name, folded } });
  });
  test.each([
    "",
    " ",
    "a b",
    "<b>",
    "a\u200bb",
    "a\u202eb",
    "\u0301a",
    "\u3164",
    "a\ufe0f",
    "a\u00ad",
    "a\0",
    "😀",
    "a/b",
    "@a",
  ])("%p is refused", (text) => expect(code(checkName(text))).toBe("invalid"));
  test("33 characters are too long", () => expect(code(checkName("x".repeat(33)))).toBe("too_long"));
  test("one name however it is typed", () => {
    for (const text of ["STRASSE", "straße", "Strasse "]) expect(typedName(text)).toBe("strasse");
    expect(typedName("x".repeat(49))).toBeNull();
    expect(typedName("")).toBeNull();
  });
});

describe("bodies", () => {
  test.each([
    ["hi", "hi"],
    ["a\r\nb\rc\n\td", "a\nb\nc\n\td"],
    ["\ud800", "\ufffd"],
    ["x".repeat(8192), "x".repeat(8192)],
    ["ä".repeat(4096), "ä".repeat(4096)],
    ["👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦"],
    ["🏳️‍🌈", "🏳️‍🌈"],
    ["❤\ufe0f", "❤\ufe0f"],
    ["\u200fשלום\u200e!", "\u200fשלום\u200e!"],
    ["e\u0301", "e\u0301"],
    ["\u0301", "\u0301"],
    ["\u0600", "\u0600"],
    ["\u200b.\u200b", "\u200b.\u200b"],
  ])("%# is taken", (text, body) => expect(checkBody(text)).toEqual({ ok: true, value: body }));
  test.each([
    " \n\t",
    "\u00a0\u3000",
    "\u200b",
    "\u200d\u2060\ufeff",
    "\u200e\u200f\u202e\u2066",
    "\u00ad\u034f\u061c",
    "\ufe0f",
    "\u3164\uffa0\u115f",
    "\u{e0041}\u{e0100}",
    "\u2800\ufff9",
    "\u0085",
    " \u200b\n\u200b ",
  ])("%j shows nothing, and is refused like an empty one", (text) => expect(checkBody(text)).toEqual(checkBody("")));
  test.each([
    ["", "invalid"],
    ["a\0b", "invalid"],
    ["a\u001bb", "invalid"],
    ["a\u000bb", "invalid"],
    ["a\u007fb", "invalid"],
    ["a\u009b31mb", "invalid"],
    ["x".repeat(8193), "too_long"],
    ["ä".repeat(4097), "too_long"],
    ["x".repeat(10_000_000), "too_long"],
  ])("%# is refused: %2", (text, expected) => expect(code(checkBody(text))).toBe(expected));
  test.each([
    ["a bell \u0007 rings", "(U+0007) at line 1, character 8."],
    ["👋\r\n👋\u001b[31m", "(U+001B) at line 2, character 2."],
    ["c1 \u0085", "(U+0085) at line 1, character 4."],
  ])("%j: the sentence names the control character and its place", (text, place) => {
    const checked = checkBody(text);
    expect(checked.ok ? "" : checked.error.sentence).toEndWith(place);
  });
});

test("passwords are counted in bytes", () => {
  expect(["1234567", "12345678", "x".repeat(256), "ä".repeat(129), "ääää"].map((p) => code(checkPassword(p)))).toEqual([
    "invalid",
    "ok",
    "ok",
    "too_long",
    "ok",
  ]);
});

test("client ids are UUIDs of any case", () => {
  expect(checkClientId("ABCDEF01-2345-6789-abcd-ef0123456789")).toEqual({
    ok: true,
    value: "abcdef01-2345-6789-abcd-ef0123456789",
  });
  for (const text of ["", "x", "abcdef0123456789abcdef0123456789", "../../etc"])
    expect(code(checkClientId(text))).toBe("invalid");
});

test("ids and pages have bounds", () => {
  expect(code(checkIds([]))).toBe("invalid");
  expect(checkIds(["a", "a", "b"])).toEqual({ ok: true, value: ["a", "b"] });
  expect(code(checkIds(Array.from({ length: 501 }, String)))).toBe("too_long");
  expect([0, 1, 200, 201, 1.5, Number.NaN].map((limit) => checkLimit(limit).ok)).toEqual([
    false,
    true,
    true,
    false,
    false,
    false,
  ]);
});

test("message ids come apart at the right place only", () => {
  const author = userIdFor("anna", "x");
  expect(author).toMatch(/^[0-9A-Za-z]{12}$/);
  expect(splitMessageId(`${author}-a-b`)).toEqual({ author, clientId: "a-b" });
  for (const id of ["", author, `${author}-`, `${author}_x`, `${author}-${"x".repeat(99)}`])
    expect(splitMessageId(id)).toBeNull();
});

test("cursors survive the way out and back, in 64 characters", () => {
  const viewNo = { ballot: { counter: 4_294_967_295, replicaId: 6, nonce: "ffffffffffffffff" }, minor: 99_999 };
  const text = formatCursor(viewNo, 999_999_999_999_999);
  expect(text.length).toBeLessThanOrEqual(64);
  expect(parseCursor(text)).toEqual({ viewNo, seq: 999_999_999_999_999 });
});

test("a bucket empties, fills with time, and says how long", () => {
  let nowMs = 0;
  const limit = new RateLimit({ nowMs: () => nowMs, nowMicros: () => 0 }, { count: 3, perMs: 60_000 });
  expect([1, 2, 3, 4].map(() => limit.take("a"))).toEqual([0, 0, 0, 20_000]);
  expect(limit.take("b")).toBe(0);
  nowMs = 20_000;
  expect([limit.take("a"), limit.take("a")]).toEqual([0, 20_000]);
  // Memory is bounded: a flood of names forgets the oldest ones.
  for (let n = 0; n < 20_000; n++) limit.take(`name ${n}`);
  expect(limit.take("a")).toBe(0);
});

test("an IPv6 network counts as one address, however it is written", () => {
  const same = ["2001:db8:1:2::1", "2001:0DB8:0001:0002:ffff:ffff:ffff:ffff", "2001:db8:1:2:3:4:5:6%eth0"];
  expect(new Set(same.map(addressKey))).toEqual(new Set(["2001:db8:1:2"]));
  expect(addressKey("2001:db8::1")).toBe("2001:db8:0:0");
  expect(addressKey("::ffff:192.0.2.1")).toBe("192.0.2.1");
  expect(addressKey("192.0.2.1")).not.toBe(addressKey("192.0.2.2"));
  expect(addressKey("x".repeat(5000)).length).toBe(64);
});

test("which addresses are this machine's own", () => {
  const own = ["127.0.0.1", "127.0.0.2", "::1", "::ffff:127.0.0.1", "10.0.0.1", "::ffff:10.0.0.1", "128.0.0.1", ""].map(
    isLoopback,
  );
  expect(own).toEqual([true, true, true, true, false, false, false, false]);
});

test("two hashes at a time, 32 wait, the next is turned away; nobody's password is wrong", async () => {
  const gate = new PasswordGate();
  const all = await Promise.all(
    Array.from({ length: 36 }, async () => await gate.verify("x", "no hash at all").catch(() => "ran")),
  );
  expect(all.filter((outcome) => outcome === null)).toHaveLength(2);
  expect(await gate.verify("whatever", null)).toBe(false);
  const hash = await gate.hash("password");
  expect(hash).toStartWith("$argon2id$v=19$m=19456,t=2,p=1$");
  expect(await gate.verify("password", hash)).toBe(true);
});
