/**
 * A push service on loopback (RFC 8030), and the browsers that subscribed at it. It checks who sends (RFC 8292), and
 * reads with the keys of the subscription what was sent (RFC 8291): written from the receiver's side, apart from src/push.
 */
import { createDecipheriv, createECDH, createHmac, createPublicKey, randomBytes, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { TestAuthority } from "./second-host.ts";

/** What arrived. */
export interface Arrival {
  /** Name of the browser. */
  readonly to: string;
  readonly note: { readonly kind: string; readonly title: string; readonly text: string; readonly path: string };
  readonly headers: Headers;
  /** The public key of who sent it. */
  readonly sender: string;
  readonly claims: { readonly aud: string; readonly exp: number; readonly sub?: string };
}

type Answer = (arrival: Arrival) => Response | Promise<Response>;

const hmac = (key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer => {
  const made = createHmac("sha256", key);
  for (const part of parts) made.update(part);
  return made.digest();
};

/** HKDF with one block of output. */
const derive = (salt: Uint8Array, secret: Uint8Array, info: Uint8Array, bytes: number): Buffer =>
  hmac(hmac(salt, secret), info, Buffer.of(1)).subarray(0, bytes);

class Browser {
  readonly #pair = createECDH("prime256v1");
  readonly #auth = randomBytes(16);

  constructor() {
    this.#pair.generateKeys();
  }

  get keys(): { readonly p256dh: string; readonly auth: string } {
    return { p256dh: this.#pair.getPublicKey("base64url"), auth: this.#auth.toString("base64url") };
  }

  read(body: Buffer): string {
    const salt = body.subarray(0, 16);
    const size = body[20]!;
    const theirs = body.subarray(21, 21 + size);
    const record = body.subarray(21 + size);
    const shared = this.#pair.computeSecret(theirs);
    const info = Buffer.concat([Buffer.from("WebPush: info\0"), this.#pair.getPublicKey(), theirs]);
    const secret = derive(this.#auth, shared, info, 32);
    const key = derive(salt, secret, Buffer.from("Content-Encoding: aes128gcm\0"), 16);
    const nonce = derive(salt, secret, Buffer.from("Content-Encoding: nonce\0"), 12);
    const cipher = createDecipheriv("aes-128-gcm", key, nonce);
    cipher.setAuthTag(record.subarray(-16));
    const padded = Buffer.concat([cipher.update(record.subarray(0, -16)), cipher.final()]);
    if (padded.at(-1) !== 2) throw new Error("this is not the last record");
    return padded.subarray(0, -1).toString();
  }
}

/** Who sent it and what is claimed; throws if the signature does not hold. */
function senderOf(authorization: string): Pick<Arrival, "sender" | "claims"> {
  const [, head = "", claims = "", signature = "", sender = ""] =
    /^vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]+)$/.exec(authorization) ?? [];
  const point = Buffer.from(sender, "base64url");
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString("base64url"));
  const key = createPublicKey({ key: { kty: "EC", crv: "P-256", x: x!, y: y! }, format: "jwk" });
  const signed = Buffer.from(`${head}.${claims}`);
  if (!verify("sha256", signed, { key, dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url")))
    throw new Error("the signature does not hold");
  return { sender, claims: JSON.parse(Buffer.from(claims, "base64url").toString()) as Arrival["claims"] };
}

/** See the top of this file. */
export class PushService {
  readonly arrivals: Arrival[] = [];
  /** What made a request unreadable. */
  readonly complaints: string[] = [];
  /** Answers; 201 if absent. */
  answer: Answer | null = null;
  readonly #authority = new TestAuthority();
  readonly #browsers = new Map<string, Browser>();
  readonly #server: Bun.Server<undefined>;

  constructor() {
    const { cert, key } = this.#authority.issue("push", ["127.0.0.1"]);
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      tls: { cert: readFileSync(cert), key: readFileSync(key) },
      fetch: (request) => this.#take(request),
    });
  }

  get origin(): string {
    return `https://127.0.0.1:${this.#server.port}`;
  }

  /** What a replica needs to trust the service. */
  get environment(): Record<string, string> {
    return { NODE_EXTRA_CA_CERTS: this.#authority.ca };
  }

  /** A subscription of a new browser. */
  subscribe(name: string): { readonly endpoint: string; readonly p256dh: string; readonly auth: string } {
    const browser = new Browser();
    this.#browsers.set(name, browser);
    return { endpoint: `${this.origin}/${name}`, ...browser.keys };
  }

  async #take(request: Request): Promise<Response> {
    const name = new URL(request.url).pathname.slice(1);
    try {
      const body = Buffer.from(await request.arrayBuffer());
      const browser = this.#browsers.get(name);
      if (browser === undefined) return new Response(null, { status: 404 });
      const note = JSON.parse(browser.read(body)) as Arrival["note"];
      const arrival = {
        to: name,
        note,
        headers: request.headers,
        ...senderOf(request.headers.get("authorization") ?? ""),
      };
      this.arrivals.push(arrival);
      return (await this.answer?.(arrival)) ?? new Response(null, { status: 201 });
    } catch (error) {
      this.complaints.push(String(error));
      return new Response(null, { status: 400 });
    }
  }

  async stop(): Promise<void> {
    await this.#server.stop(true);
    this.#authority[Symbol.dispose]();
  }
}
