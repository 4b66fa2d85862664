/** What is pushed: the vectors of RFC 8291, the key pair of a cluster, and where nothing may be pushed. */
import { createPublicKey, verify } from "node:crypto";
import { describe, expect, test } from "bun:test";
import { endpointUrl, isPublic } from "../../../src/push/destination.ts";
import { areKeys, encrypted } from "../../../src/push/encrypt.ts";
import { Vapid } from "../../../src/push/vapid.ts";

const bytes = (text: string): Buffer => Buffer.from(text, "base64url");

/** RFC 8291, appendix A. */
const RFC = {
  text: "When I grow up, I want to be a watermelon",
  p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
  auth: "BTBZMqHH6r4Tts7J_aSIgg",
  privateKey: bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
  salt: bytes("DGv6ra1nlYgDCS1FRnbzlw"),
  body:
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_" +
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
};

describe("encryption", () => {
  test("is that of RFC 8291, byte by byte", () => {
    expect(encrypted(RFC.text, RFC, RFC).toString("base64url")).toBe(RFC.body);
  });

  test("draws a salt and a key each time", () => {
    const [one, other] = [encrypted(RFC.text, RFC), encrypted(RFC.text, RFC)];
    expect(one.length).toBe(other.length);
    expect(one.subarray(0, 16).equals(other.subarray(0, 16))).toBe(false);
    expect(one.subarray(21, 86).equals(other.subarray(21, 86))).toBe(false);
  });

  test("what cannot be the keys of a browser is known as such", () => {
    expect(areKeys(RFC)).toBe(true);
    for (const p256dh of ["", "x", RFC.p256dh.slice(4), `BAAA${RFC.p256dh.slice(4)}`])
      expect(areKeys({ ...RFC, p256dh })).toBe(false);
    for (const auth of ["", "BTBZ", `${RFC.auth}AAAA`]) expect(areKeys({ ...RFC, auth })).toBe(false);
  });
});

describe("VAPID", () => {
  const seed = new Uint8Array(32).fill(7);
  const NOW_MS = 1_800_000_000_000;

  test("one pair of keys for a cluster, another one for another cluster", () => {
    expect(new Vapid(seed).publicKey).toBe(new Vapid(seed).publicKey);
    expect(new Vapid(seed).publicKey).not.toBe(new Vapid(new Uint8Array(32).fill(8)).publicKey);
    expect(areKeys({ ...RFC, p256dh: new Vapid(seed).publicKey })).toBe(true);
  });

  test("the token is for this service alone, ends within a day, and its signature holds", () => {
    const { publicKey, ...vapid } = { publicKey: new Vapid(seed).publicKey, of: new Vapid(seed) };
    const header = vapid.of.authorization("https://push.test/a/secret", "https://chat.test", NOW_MS);
    const [, head = "", claims = "", signature = "", key = ""] =
      /^vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]+)$/.exec(header) ?? [];
    expect(JSON.parse(bytes(head).toString())).toEqual({ typ: "JWT", alg: "ES256" });
    const said = JSON.parse(bytes(claims).toString()) as { exp: number };
    expect(said).toEqual({ aud: "https://push.test", exp: expect.any(Number), sub: "https://chat.test" } as never);
    expect(said.exp * 1000 - NOW_MS).toBeGreaterThan(0);
    expect(said.exp * 1000 - NOW_MS).toBeLessThanOrEqual(24 * 3_600_000);
    expect(key).toBe(publicKey);
    const point = bytes(key);
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString("base64url"));
    const jwk = { kty: "EC", crv: "P-256", x: x!, y: y! };
    const verifier = { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" } as const;
    expect(verify("sha256", Buffer.from(`${head}.${claims}`), verifier, bytes(signature))).toBe(true);
    expect(verify("sha256", Buffer.from(`${head}.${claims}x`), verifier, bytes(signature))).toBe(false);
  });
});

/** What a space separates, as cases. */
const cases = (text: string): string[] => text.split(" ");

describe("destinations", () => {
  test.each([
    ...cases("127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255"),
    ...cases("198.18.0.1 ::1 :: fe80::1 fd00::1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 2002:7f00:1::"),
    ...cases("2001:db8::1 ff02::1 push.test"),
  ])("%p is not of the public internet", (address) => expect(isPublic(address)).toBe(false));

  test.each(cases("8.8.8.8 142.250.0.1 2a00:1450:4001::1 2606:4700::1"))("%p is", (address) =>
    expect(isPublic(address)).toBe(true),
  );

  test.each([
    ...cases("http://push.test/x ftp://push.test/ https://user@push.test/ https://:pw@push.test/ nonsense"),
    ...cases("https://localhost/ https://a.localhost/ https://printer.local/ https://db.internal/ https://host/"),
    ...cases("https://127.0.0.1/ https://[::1]/ https://0x7f000001/ https://2130706433/ https://push.test:22/"),
  ])("nothing is pushed to %p", (endpoint) => expect(endpointUrl(endpoint, false)).toBeNull());

  test("the services of browsers are, and with the operator's consent any https address", () => {
    expect(endpointUrl("https://fcm.googleapis.com/fcm/send/a", false)?.host).toBe("fcm.googleapis.com");
    expect(endpointUrl("https://127.0.0.1:8443/a", true)?.port).toBe("8443");
    expect(endpointUrl("http://127.0.0.1/a", true)).toBeNull();
  });
});
