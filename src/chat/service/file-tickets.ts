/**
 * Tickets: with one, the user who uploaded a file can send it, at any replica and for a day. A message is given tickets and
 * not hashes; otherwise whoever guesses or learns a hash could read the file.
 */
import { timingSafeEqual } from "node:crypto";
import { filesOf, filesText, type FileRow } from "../files.ts";
import type { UserId } from "../ids.ts";
import type { Clock } from "../ports.ts";

const VALID_MICROS = 24 * 3600 * 1e6;
const TICKET_CHARS_MAX = 2_048;

export class FileTickets {
  readonly #key: Uint8Array;
  readonly #clock: Pick<Clock, "nowMicros">;

  /** `linkKey`: 32 bytes that all replicas of the cluster know. */
  constructor({ linkKey, clock }: { readonly linkKey: Uint8Array; readonly clock: Pick<Clock, "nowMicros"> }) {
    this.#key = linkKey;
    this.#clock = clock;
  }

  make(user: UserId, file: FileRow): string {
    const what = `${this.#clock.nowMicros() + VALID_MICROS} ${filesText([file])}`;
    return `${Buffer.from(what).toString("base64url")}.${this.#mac(user, what).toString("base64url")}`;
  }

  /** Null: it is no ticket of this user, or too old. */
  open(user: UserId, ticket: string): FileRow | null {
    if (ticket.length > TICKET_CHARS_MAX) return null;
    const [text = "", mac = ""] = ticket.split(".");
    const what = Buffer.from(text, "base64url").toString("utf8");
    const given = Buffer.from(mac, "base64url");
    const right = this.#mac(user, what);
    if (given.length !== right.length || !timingSafeEqual(given, right)) return null;
    const space = what.indexOf(" ");
    return Number(what.slice(0, space)) > this.#clock.nowMicros() ? (filesOf(what.slice(space + 1))[0] ?? null) : null;
  }

  #mac(user: UserId, what: string): Buffer {
    return new Bun.CryptoHasher("sha256", this.#key).update(`file\0${user}\0${what}`).digest();
  }
}
