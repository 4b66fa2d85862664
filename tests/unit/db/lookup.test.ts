/** A question about many messages of others ends early, and where it ends names none of them. */
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lookUp } from "../../../src/db/search/lookup.ts";
import { SearchFile } from "../../../src/db/search/search-file.ts";
import { StateReader } from "../../../src/db/search/state-reader.ts";
import { StateDb } from "../../../src/db/state/state-db.ts";
import { askFor } from "../../support/asks.ts";

const [ANN, BOB] = ["annannannann", "bobbobbobbob"];
const HOMES = 40;
const OTHERS = HOMES + 1;
const LAST = 9_999;

const ASK = askFor("granite", ANN);

test("a search that is cut short while it passes over messages of others ends at a round seq", () => {
  const folder = mkdtempSync(join(tmpdir(), "lookup-"));
  const state = new StateDb(join(folder, "state-1.db"));
  const client = state.client();
  for (let number = 1; number <= OTHERS; number++) {
    const member = number === OTHERS ? BOB : ANN;
    client.run("INSERT INTO conversations (id, kind, created_seq) VALUES (?, 'room', ?)", [`r_${number}`, number]);
    client.run("INSERT INTO members (user, conversation, mark, mark_changed_seq) VALUES (?, ?, 0, 0)", [
      member,
      `r_${number}`,
    ]);
  }
  const say = (seq: number, conversation: number): void =>
    void client.run(
      "INSERT INTO messages (conversation, seq, author, client_id, body, time_micros, deleted, recovered, changed_seq) VALUES (?, ?, ?, ?, 'granite', ?, 0, 0, 0)",
      [conversation, seq, BOB, `client ${seq}`, seq],
    );
  say(1_500, 1);
  for (let seq = LAST - 200; seq <= LAST; seq++) say(seq, OTHERS);
  const reader = new StateReader("", client);
  const file = new SearchFile(":memory:");
  file.add(reader.messages(0, LAST, LAST), "1.0.aa.0", LAST);

  const whole = lookUp(ASK, file, reader, () => 0);
  expect(whole).toEqual({ places: [{ conversation: "r_1", seq: 1_500 }], next: null, isCut: false });
  // The time is over after the first look at the clock.
  let looks = 0;
  const cut = lookUp(ASK, file, reader, () => (looks++ === 0 ? 0 : 1e9));
  expect(cut).toEqual({ places: [], next: 10_000, isCut: true });
  file.close();
  state.close();
  rmSync(folder, { recursive: true, force: true });
});
