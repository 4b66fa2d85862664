/** Form and size of input: what is accepted, and what is refused with which code and field. */
import { beforeEach, describe, expect, test } from "bun:test";
import {
  checkBody,
  checkClientId,
  checkEmoji,
  checkIds,
  checkLimit,
  checkPassword,
  typedPassword,
} from "../../../src/chat/limits.ts";
import { parseCursor, formatCursor } from "../../../src/chat/cursor.ts";
import { splitMessageId, userIdFor } from "../../../src/chat/ids.ts";
import { LoginLimits } from "../../../src/chat/service/login-limits.ts";
import { checkName, nameWithin, typedName } from "../../../src/chat/service/names.ts";
import { PasswordGate } from "../../../src/chat/service/password-gate.ts";
import { isLoopback } from "../../../src/base/loopback.ts";
import { addressKey, RateLimit } from "../../../src/chat/rate-limit.ts";
import { duration } from "../../../src/chat/sentences.ts";
import type { Caller } from "../../../src/chat/chat-service.ts";

type Checked = { ok: true; value: unknown } | { ok: false; error: { code: string } };
const code = (checked: Checked): string => (checked.ok ? "ok" : checked.error.code);

describe("reactions", () => {
  test.each([
    ["a thumb", "👍"],
    ["of another colour", "👍🏿"],
    ["a family with four faces", "👩‍👩‍👧‍👦"],
    ["two people of two colours", "👩🏻‍❤️‍💋‍👨🏿"],
    ["a flag of two letters", "🇨🇭"],
    ["a flag of seven code points", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"],
    ["a key", "3️⃣"],
  ])("one emoji, %s", (_what, emoji) => expect(checkEmoji(emoji)).toEqual({ ok: true, value: emoji }));
  test("a symbol becomes the emoji that it can be", () => {
    expect(checkEmoji("❤")).toEqual({ ok: true, value: "❤️" });
  });
  test.each([
    ["nothing", ""],
    ["a letter", "a"],
    ["a digit", "3"],
    ["a word", "thumbs up"],
    ["two emoji", "👍👍"],
    ["one with a space", "👍 "],
    ["half a flag", "🇨"],
    ["half a pair", "\ud83d"],
    ["a joiner", "\u200d"],
    ["two that are not joined by the standard", "👍‍👍"],
    ["markup", "<b>👍</b>"],
    ["a million", "👍".repeat(500_000)],
  ])("not one emoji: %s", (_what, text) => {
    const checked = checkEmoji(text);
    expect(checked).toMatchObject({ ok: false, error: { code: "invalid" } });
  });
});

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
    expect(checkName(text)).toMatchObject({ ok: true, value: { name, folded } });
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
    ".",
    "-",
    "--help",
    ".bashrc",
    "_",
    "__",
    // Two alphabets.
    "аnna",
    "annа",
    "Ωmega",
    "אanna",
    // Joiners in places where they have no meaning.
    "a\u200cb",
    "a\u200db",
    "\u0627\u200c\u0628",
    "\u0628\u200d\u0628",
    "\u200c\u0628",
    "\u0628\u200c",
  ])("%p is refused", (text) => expect(code(checkName(text))).toBe("invalid"));
  test("33 characters are too long", () => expect(code(checkName("x".repeat(33)))).toBe("too_long"));
  test("one name however it is typed", () => {
    for (const text of ["STRASSE", "straße", "Strasse "]) expect(typedName(text)).toBe("strasse");
    expect(typedName("x".repeat(49))).toBeNull();
    expect(typedName("")).toBeNull();
  });
});

describe("names that look alike", () => {
  const skeleton = (text: string): string => {
    const checked = checkName(text);
    if (!checked.ok) throw new Error(checked.error.sentence);
    return checked.value.skeleton;
  };

  test.each([
    ["limes", "Iimes"],
    ["limes", "1imes"],
    ["bob", "b0b"],
    ["ace", "асе"],
    ["HOPE", "НОРЕ"],
    ["mara", "rnara"],
    ["will", "vvill"],
    ["karl", "KarI"],
    ["می\u200cنا", "مینا"],
  ])("%p and %p", (one, other) => expect(skeleton(one)).toBe(skeleton(other)));

  test.each([
    ["anna", "hanna"],
    ["user2", "user3"],
    ["a-b", "a_b"],
    ["иван", "ivan"],
    ["müller", "muller"],
  ])("%p and %p do not", (one, other) => expect(skeleton(one)).not.toBe(skeleton(other)));

  test.each([
    "山田Taro",
    "ひらカタ漢字",
    "한국어",
    "ㄅㄆ漢",
    "Ελένη",
    "Иван",
    "שרה",
    "علی",
    "می\u200cنا",
    "ക്\u200dഷ",
    "ไทย",
    "_anna",
    "2pac",
    "a.b-c_d",
  ])("%p is taken", (text) => expect(code(checkName(text))).toBe("ok"));

  test("with a joiner or without, it is one name", () => {
    expect(typedName("می\u200cنا")).toBe(typedName("مینا"));
  });

  test("as people write names in a sentence", () => {
    expect(["@ben", "ben,", "ben!", " @ben. ", "ben.b", "a@b", "@"].map(nameWithin)).toEqual([
      "ben",
      "ben",
      "ben",
      "ben",
      "ben.b",
      "a@b",
      "",
    ]);
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

describe("passwords", () => {
  test.each([
    ["1234567", "invalid"],
    ["12345678", "ok"],
    ["x".repeat(256), "ok"],
    ["x".repeat(257), "too_long"],
    ["ä".repeat(256), "ok"],
    ["a\u0308".repeat(256), "ok"],
    ["x".repeat(10_000_000), "too_long"],
    ["ääää", "invalid"],
    ["🐎🔋", "invalid"],
    ["🐎🔋📎👍🐎🔋📎👍", "ok"],
    ["a\u0308\u0308\u0308\u0308bcde", "ok"],
    ["a\u0308bcdefg", "invalid"],
    ["correct\0horse", "invalid"],
    ["correct\u0085horse", "invalid"],
    ["correct\ud800horse", "invalid"],
    ["correct\uffffhorse", "invalid"],
    ["correct\u0378horse", "invalid"],
    ["❤\ufe0f correct", "ok"],
    ["", "invalid"],
  ])("%# is %2", (password, expected) => expect(code(checkPassword(password))).toBe(expected));

  test.each([
    ["pässwörter-ñ", "pa\u0308sswo\u0308rter-n\u0303"],
    ["correct horse", "correct\u00a0horse"],
    ["correct horse", "correct\u3000horse"],
    ["Å ångström", "\u212b a\u030angstro\u0308m"],
    ["각각각각각각각각", "각각각각각각각각".normalize("NFD")],
  ])("%p is one password however it is typed", (one, other) => {
    expect(checkPassword(other)).toEqual(checkPassword(one));
    expect(typedPassword(other)).toBe(typedPassword(one));
    expect(checkPassword(one)).toEqual({ ok: true, value: typedPassword(other) });
  });

  test("upper and lower case, and wide letters, are different ones", () => {
    expect(new Set(["password", "Password", "ｐassword"].map(typedPassword)).size).toBe(3);
  });

  test("what cannot be a password is nobody's", () => {
    for (const text of ["correct\0horse", "x".repeat(257), "x".repeat(10_000_000)])
      expect(typedPassword(text)).toBe("");
  });
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
  limit.giveBack("a");
  expect([limit.peek("a"), limit.peek("a"), limit.take("a"), limit.peek("a")]).toEqual([0, 0, 0, 20_000]);
  nowMs = 20_000;
  expect([limit.take("a"), limit.take("a")]).toEqual([0, 20_000]);
  // Memory is bounded: a flood of names forgets the oldest ones.
  for (let n = 0; n < 20_000; n++) limit.take(`name ${n}`);
  expect(limit.take("a")).toBe(0);
});

test.each([
  [0, "1 second"],
  [1000, "1 second"],
  [1001, "2 seconds"],
  [39_500, "40 seconds"],
  [119_000, "119 seconds"],
  [119_001, "2 minutes"],
  [355_000, "6 minutes"],
  [7_200_000, "2 hours"],
  [7_200_001, "3 hours"],
])("%p ms is said as %p", (ms, text) => expect(duration(ms)).toBe(text));

describe("tries of passwords", () => {
  const OWN = { address: "192.0.2.1" };
  const OTHER = { address: "192.0.2.2" };
  const LOOPBACK = { address: "127.0.0.1" };
  let nowMs = 0;
  let limits: LoginLimits;
  beforeEach(() => {
    nowMs = 0;
    limits = new LoginLimits({ nowMs: () => nowMs, nowMicros: () => 0 });
  });

  /** Tries a wrong password. Returns how long the next try has to wait, ms. */
  const wrong = (name: string, caller: Caller): number => limits.login(name, [name], caller).waitMs;
  const right = (name: string, caller: Caller): number => {
    const tried = limits.login(name, [name], caller);
    if ("right" in tried) tried.right(name);
    return tried.waitMs;
  };
  const times = (n: number, act: (n: number) => number): number[] => Array.from({ length: n }, (_, i) => act(i));

  test("ten wrong ones a minute from one address; right ones are not counted", () => {
    expect(Math.max(...times(50, () => right("anna", OWN)))).toBe(0);
    expect(times(11, () => wrong("anna", OWN))).toEqual([...times(10, () => 0), 6_000]);
    nowMs = 6_000;
    expect([right("anna", OWN), wrong("anna", OWN), wrong("anna", OWN)]).toEqual([0, 0, 6_000]);
    // This holds on loopback too, where everybody has the same address.
    expect(times(11, () => wrong("ben", LOOPBACK)).at(-1)).toBe(6_000);
  });

  test("what was not looked at does not count", () => {
    for (let n = 0; n < 50; n++) {
      const tried = limits.login("anna", ["anna"], OWN);
      if ("undecided" in tried) tried.undecided();
    }
    expect(wrong("anna", OWN)).toBe(0);
  });

  test("who guesses elsewhere keeps nobody out at an address that she has logged in from", () => {
    expect(right("anna", OWN)).toBe(0);
    for (let n = 0; n < 300; n++) wrong("anna", { address: `198.51.100.${n % 250}` });
    expect(wrong("anna", OTHER)).toBeGreaterThan(0);
    expect(right("anna", OWN)).toBe(0);
  });

  test("a browser that was logged in before is let through at the address that guesses, and has a bound of its own", () => {
    const known = { ...OWN, known: { id: "browser", has: (id: string) => id === "anna" } };
    for (let n = 0; n < 100; n++) wrong("anna", OWN);
    expect([wrong("anna", OWN) > 0, right("anna", known)]).toEqual([true, 0]);
    // The browser is known to one account only.
    for (let n = 0; n < 100; n++) wrong("ben", OWN);
    expect(right("ben", known)).toBeGreaterThan(0);
    expect(times(21, () => wrong("anna", known))).toEqual([...times(20, () => 0), 3_000]);
  });

  test("sixty an address for all names, loopback aside", () => {
    expect(times(61, (n) => wrong(`name${n}`, OWN)).at(-1)).toBeGreaterThan(0);
    expect(Math.max(...times(61, (n) => wrong(`name${n}`, LOOPBACK)))).toBe(0);
  });

  test("one login of an account cannot use up what another one has", () => {
    expect(times(11, () => limits.session("thief").waitMs).at(-1)).toBe(6_000);
    expect(limits.session("owner").waitMs).toBe(0);
  });
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
