/**
 * Encrypts what is pushed so that only the browser that subscribed can read it, and no push service on the way: RFC 8291
 * on top of aes128gcm (RFC 8188), one record.
 */
import { createCipheriv, createECDH, hkdfSync, randomBytes } from "node:crypto";

const CURVE = "prime256v1";
const KEY_BYTES = 65;
const AUTH_BYTES = 16;
const SALT_BYTES = 16;
/** Size of a record. The body is one record, and push services take bodies of 4,096 bytes. */
const RECORD_BYTES = 4_096;
/** Ends the last record. */
const LAST = Buffer.of(2);

/** The keys of a subscription, each as base64url. */
export interface PushKeys {
  readonly p256dh: string;
  readonly auth: string;
}

/** What is drawn anew for each body; given only by the test with the vectors of the RFC. */
interface Drawn {
  readonly salt: Uint8Array;
  readonly privateKey: Uint8Array;
}

/** Whether these can be the keys of a browser. */
export function areKeys({ p256dh, auth }: PushKeys): boolean {
  const key = Buffer.from(p256dh, "base64url");
  if (key.length !== KEY_BYTES || Buffer.from(auth, "base64url").length !== AUTH_BYTES) return false;
  const own = createECDH(CURVE);
  own.generateKeys();
  try {
    // Fails if it is no point of the curve.
    own.computeSecret(key);
    return true;
  } catch {
    return false;
  }
}

function derived(secret: Uint8Array, salt: Uint8Array, info: Uint8Array | string, bytes: number): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, salt, info, bytes));
}

/** The body of the request: header, record, tag. Throws if the keys are not those of a browser. */
export function encrypted(text: string, { p256dh, auth }: PushKeys, drawn: Drawn | null = null): Buffer {
  const own = createECDH(CURVE);
  if (drawn === null) own.generateKeys();
  else own.setPrivateKey(Buffer.from(drawn.privateKey));
  const salt = drawn?.salt ?? randomBytes(SALT_BYTES);
  const theirs = Buffer.from(p256dh, "base64url");
  const ours = own.getPublicKey();
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), theirs, ours]);
  const shared = derived(own.computeSecret(theirs), Buffer.from(auth, "base64url"), info, 32);
  const key = derived(shared, salt, "Content-Encoding: aes128gcm\0", 16);
  const nonce = derived(shared, salt, "Content-Encoding: nonce\0", 12);
  const cipher = createCipheriv("aes-128-gcm", key, nonce);
  const record = Buffer.concat([cipher.update(Buffer.concat([Buffer.from(text), LAST])), cipher.final()]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(RECORD_BYTES);
  return Buffer.concat([salt, size, Buffer.of(ours.length), ours, record, cipher.getAuthTag()]);
}
