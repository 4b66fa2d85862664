/**
 * Says to a push service who pushes (VAPID, RFC 8292). The key pair is derived from the cluster key, so every replica has
 * the same one from the start, on both sides of a split too, and no log or snapshot holds it.
 */
import { createECDH, createPrivateKey, hkdfSync, sign, type KeyObject } from "node:crypto";

/** Order of P-256. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
/** So many bytes modulo the order give every private key with nearly the same probability (FIPS 186-5, A.2.1). */
const SEED_BYTES = 48;
/** Services accept at most 24 h. */
const LIFE_SECONDS = 12 * 3600;

const coded = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

export class Vapid {
  /** An uncompressed point, base64url: what a browser needs to subscribe. */
  readonly publicKey: string;
  readonly #key: KeyObject;

  /** `seed`: 32 secret bytes that all replicas of the cluster have. */
  constructor(seed: Uint8Array) {
    const drawn = Buffer.from(hkdfSync("sha256", seed, "", "vapid", SEED_BYTES));
    const scalar = (BigInt(`0x${drawn.toString("hex")}`) % (ORDER - 1n)) + 1n;
    const d = Buffer.from(scalar.toString(16).padStart(64, "0"), "hex");
    const pair = createECDH("prime256v1");
    pair.setPrivateKey(d);
    const point = pair.getPublicKey();
    this.publicKey = point.toString("base64url");
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString("base64url"));
    const jwk = { kty: "EC", crv: "P-256", d: d.toString("base64url"), x: x!, y: y! };
    this.#key = createPrivateKey({ key: jwk, format: "jwk" });
  }

  /**
   * The header `Authorization` for a push service. `contact`: an https address of the chat, for the service's operator;
   * "": none.
   */
  authorization(endpoint: string, contact: string, nowMs: number): string {
    const expires = Math.floor(nowMs / 1000) + LIFE_SECONDS;
    const claims = { aud: new URL(endpoint).origin, exp: expires, ...(contact === "" ? {} : { sub: contact }) };
    const text = `${coded({ typ: "JWT", alg: "ES256" })}.${coded(claims)}`;
    const signature = sign("sha256", Buffer.from(text), { key: this.#key, dsaEncoding: "ieee-p1363" });
    return `vapid t=${text}.${signature.toString("base64url")}, k=${this.publicKey}`;
  }
}
