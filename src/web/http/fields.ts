/** The fields of a request, as a form or JSON brings them. */
import type { HonoRequest } from "hono";
import { IDS_MAX } from "../../chat/bounds.ts";

/** One more than the chat accepts, so that the chat refuses it. */
const VALUES_MAX = IDS_MAX + 1;

/** A request's fields, each with all its values; unknown ones are ignored. */
export class Fields {
  readonly #valuesOf: (name: string) => readonly string[];

  constructor(valuesOf: (name: string) => readonly string[]) {
    this.#valuesOf = valuesOf;
  }

  /** The first value, "" if there is none. */
  text(name: string): string {
    return this.#valuesOf(name)[0] ?? "";
  }

  /** Browsers send line ends as CR LF; a message has LF only. */
  lines(name: string): string {
    return this.text(name).replaceAll(/\r\n?/g, "\n");
  }

  all(name: string): readonly string[] {
    return this.#valuesOf(name);
  }

  has(name: string): boolean {
    return this.text(name) !== "";
  }

  /** The client id in the form; a new one for a request without it. */
  clientId(): string {
    return this.has("id") ? this.text("id") : Bun.randomUUIDv7();
  }
}

const NO_FIELDS = new Fields(() => []);

function fieldsOfJson(body: unknown): Fields {
  if (typeof body !== "object" || body === null) return NO_FIELDS;
  const values = new Map<string, string[]>();
  for (const [name, value] of Object.entries(body)) {
    const list: unknown[] = Array.isArray(value) ? value.slice(0, VALUES_MAX) : [value];
    const texts = list.filter((one) => typeof one === "string" || typeof one === "number" || typeof one === "boolean");
    values.set(name, texts.map(String));
  }
  return new Fields((name) => values.get(name) ?? []);
}

function fieldsOfForm(form: URLSearchParams | FormData): Fields {
  return new Fields((name) => form.getAll(name).filter((one) => typeof one === "string"));
}

/** The body as fields. One that cannot be read has none, so the rules refuse it with their own sentence. */
export async function fieldsOf(request: HonoRequest): Promise<Fields> {
  return await parsed(request).catch(() => NO_FIELDS);
}

async function parsed(request: HonoRequest): Promise<Fields> {
  const type = (request.header("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
  switch (type) {
    case "application/x-www-form-urlencoded":
      return fieldsOfForm(new URLSearchParams(await request.text()));
    case "application/json":
      return fieldsOfJson(await request.json<unknown>());
    case "multipart/form-data":
      return fieldsOfForm(await request.formData());
    default:
      return NO_FIELDS;
  }
}
