/**
 * Which ops the rules have refused, in a table of its own beside the replicated ones: if this branch loses, these ops
 * have failed for good and do not come back by the fork queue. Each replica forgets old ones by itself, so the table
 * does not belong to the hash, nor to the schema.
 */
import type { Database, Statement } from "bun:sqlite";
import type { Seq } from "../../election/view.ts";

/** Refusals among so many of the last entries are remembered. */
const REMEMBERED = 100_000;

export class Refusals {
  readonly #add: Statement;
  readonly #trim: Statement;
  readonly #after: Statement<{ seq: number }, [number]>;
  #added = false;

  constructor(client: Database) {
    client.run("CREATE TABLE IF NOT EXISTS refusals (seq INTEGER PRIMARY KEY) STRICT");
    this.#add = client.prepare("INSERT OR IGNORE INTO refusals VALUES (?)");
    this.#trim = client.prepare("DELETE FROM refusals WHERE seq <= ?");
    this.#after = client.prepare("SELECT seq FROM refusals WHERE seq > ?");
  }

  add(seq: Seq): void {
    this.#add.run(seq);
    this.#added = true;
  }

  /** Forgets old ones; `seq`: the last entry. */
  trim(seq: Seq): void {
    if (this.#added) this.#trim.run(seq - REMEMBERED);
    this.#added = false;
  }

  after(seq: Seq): ReadonlySet<Seq> {
    return new Set(this.#after.all(seq).map((row) => row.seq));
  }
}
