/** The calls about push subscriptions. */
import { failed, type Answer } from "../errors.ts";
import { checkClientId, checkLine } from "../limits.ts";
import { isRoomId, pushIdFor, type ClientId } from "../ids.ts";
import { microsOf } from "../kinds/tags.ts";
import type { ChatDeps } from "../ports.ts";
import type { PushInput, PushSender, PushView } from "../push-service.ts";
import { ENDPOINT_CHARS_MAX, type PushRow } from "../push-rows.ts";
import { RateLimit } from "../rate-limit.ts";
import type { Reading } from "../reading.ts";
import { failedWith } from "../sentences.ts";
import type { ReadAt, Session } from "../chat-service.ts";
import { timeZoneOf } from "../profiles.ts";
import type { PushEdits } from "./push-edits.ts";
import { hostOf, PushRounds, type PushOptions } from "./push-round.ts";
import type { Writer } from "./writer.ts";

const DEVICE_CHARS_MAX = 64;
const ORIGIN_CHARS_MAX = 256;
const TESTS = { count: 5, perMs: 60_000 } as const;
const QUIET = /^(?:(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d)?$/;

const TURNED_OFF = "Whoever runs this chat has turned pushing off.";
const NO_SERVICE =
  "This is not the address of a push service, or its keys are damaged. Turn notifications off and on again.";

export class Pushing {
  readonly #deps: ChatDeps;
  readonly #sender: PushSender | null;
  readonly #writer: Writer;
  readonly #reading: Reading;
  readonly #tests: RateLimit;
  readonly #rounds: PushRounds;

  constructor(
    deps: ChatDeps,
    parts: {
      readonly push: PushOptions;
      readonly writer: Writer;
      readonly reading: Reading;
      readonly edits: PushEdits;
    },
  ) {
    this.#deps = deps;
    this.#sender = parts.push.sender;
    this.#writer = parts.writer;
    this.#reading = parts.reading;
    this.#tests = new RateLimit(deps.clock, TESTS);
    this.#rounds = new PushRounds(deps, parts);
  }

  /** Pushes what is due, if this replica leads. */
  push(): void {
    this.#rounds.look();
  }

  pushKey(): string {
    return this.#sender?.publicKey ?? "";
  }

  async addPush(session: Session, input: PushInput & { readonly clientId: ClientId }): Promise<Answer<PushView>> {
    const clientId = checkClientId(input.clientId);
    if (!clientId.ok) return clientId;
    if (this.#sender === null) return failed("not_allowed", TURNED_OFF);
    const { endpoint, p256dh, auth, origin, quiet, timeZone } = input;
    if (endpoint.length > ENDPOINT_CHARS_MAX || !this.#sender.accepts(input)) return failed("invalid", NO_SERVICE);
    const device = checkLine(input.device, { what: "A device", charsMax: DEVICE_CHARS_MAX, field: undefined });
    if (!device.ok) return device;
    if (!QUIET.test(quiet) || (timeZone !== "" && timeZoneOf(timeZone) === null) || !isOrigin(origin))
      return failed("invalid", "Write quiet hours like 22:00-07:00, and a time zone like Europe/Berlin.");
    const body = { endpoint, p256dh, auth, origin, quiet, timeZone, device: device.value } as const;
    const written = await this.#writer.write(session.userId, clientId.value, {
      kind: "subscribePush",
      session: session.sessionId,
      ...body,
    });
    if (!written.ok) return written;
    const now = await this.#reading.written(() => this.#deps.queries().push.of(session.userId, pushIdFor(endpoint)));
    return now.ok ? { ok: true, value: viewOf(now.value, session), cursor: written.cursor } : now;
  }

  async removePush(
    { userId }: Session,
    input: { readonly id: string; readonly clientId: ClientId },
  ): Promise<Answer<null>> {
    const clientId = checkClientId(input.clientId);
    if (!clientId.ok) return clientId;
    // Ids of subscriptions look like those of rooms.
    if (!isRoomId(input.id)) return failedWith("not_found");
    const written = await this.#writer.write(userId, clientId.value, { kind: "unsubscribePush", id: input.id });
    return written.ok ? { ok: true, value: null, cursor: written.cursor } : written;
  }

  async listPush(session: Session, at: ReadAt): Promise<Answer<readonly PushView[]>> {
    return await this.#reading.read(at, () =>
      this.#reading.ok(
        this.#deps
          .queries()
          .push.ofUser(session.userId)
          .map((row) => viewOf(row, session)),
      ),
    );
  }

  async testPush(session: Session, { id }: { readonly id: string }): Promise<Answer<PushView>> {
    const { userId } = session;
    const find = (): PushRow | false => {
      const row = this.#deps.queries().push.of(userId, id);
      return row !== null && row.isOn && row;
    };
    const found = await this.#reading.find(find);
    if (!found.ok) return found;
    const row = found.value;
    if (this.#sender === null) return failed("not_allowed", TURNED_OFF);
    const waitMs = this.#tests.take(userId);
    if (waitMs > 0) return failedWith("slow_down", { retryAfterMs: waitMs });
    const text = "Notifications of this chat reach this device.";
    const { kind, outcome } = await this.#sender.send(row, {
      kind: "test",
      title: "Lastword",
      text,
      tag: "test",
      path: "/account",
    });
    const { tag, pending } = row;
    const result = { user: userId, id, tag, pending, outcome, gone: kind === "gone" };
    const written = await this.#writer.write("", crypto.randomUUID(), { kind: "pushed", upTo: 0, results: [result] });
    if (!written.ok) return written;
    const view = viewOf({ ...row, outcome, outcomeMicros: this.#deps.clock.nowMicros() }, session);
    return { ok: true, value: view, cursor: written.cursor };
  }
}

function isOrigin(origin: string): boolean {
  return (
    origin === "" || (origin.length <= ORIGIN_CHARS_MAX && URL.canParse(origin) && new URL(origin).origin === origin)
  );
}

function viewOf(row: PushRow, { sessionId }: Session): PushView {
  const { id, device, origin, tag, session, outcome, outcomeMicros } = row;
  const service = hostOf(row);
  return {
    id,
    device,
    service,
    origin,
    current: session === sessionId,
    createdMicros: microsOf(tag),
    lastResult: sentenceOf(outcome, service),
    lastMicros: outcomeMicros,
  };
}

/** What came of the last push, for a person. */
function sentenceOf(outcome: string, service: string): string {
  if (outcome === "") return "";
  if (/^2\d\d$/.test(outcome)) return `${service} took it.`;
  switch (outcome) {
    case "unreachable":
      return `No way out: this chat's servers cannot reach ${service}. Ask whoever runs them to let them connect there by https.`;
    case "forbidden":
      return `${service} is an address inside a private network, where nothing is pushed to.`;
    case "404":
    case "410":
      return `${service} says that this device does not want notifications any more.`;
    case "429":
      return `${service} wants fewer notifications for now. They are sent later.`;
    default:
      return outcome.startsWith("5")
        ? `${service} has a fault (${outcome}). It is tried again.`
        : `${service} refused it (${outcome}). Turn notifications off and on again.`;
  }
}
