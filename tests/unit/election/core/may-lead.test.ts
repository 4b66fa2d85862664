/** Who may lead, and with which members: the central predicate of the protocol, as a table. */
import { describe, expect, test } from "bun:test";
import { mayLead, type Supporter } from "../../../../src/election/core/may-lead.ts";
import type { Identity } from "../../../../src/election/event.ts";
import { identityOf } from "../../../support/core-fixtures.ts";
import { members, store, view } from "../../../support/view-notation.ts";

/** Parses "0 1.0.0@1 012 12 active leaving": id, view with its start and members, last seq, and flags. */
function supporter(text: string): Supporter {
  const [id, no, who, lastSeq, ...words] = text.split(" ") as [string, string, string, string, ...string[]];
  return {
    replicaId: Number(id[0]),
    storeId: store(Number(id[0]), id.endsWith("'")),
    view: no === "-" ? null : view(`${no} ${who}`),
    lastSeq: Number(lastSeq),
    active: words.includes("active"),
    eligible: !words.includes("rolls-back"),
    admitted: !words.includes("new"),
    leaving: words.includes("leaving"),
  };
}

interface Row {
  readonly title: string;
  /** The supporters, the candidate first. */
  readonly with: readonly string[];
  readonly gone?: string;
  /** Replicas that count as gone even if the candidate would lead alone. */
  readonly soleGone?: string;
  readonly identity?: Partial<Identity>;
  readonly policyDue?: boolean;
  /** Members of the new view, or "no". */
  readonly leads: string;
  readonly risk?: string;
}

const OLD = "1.0.0@1 012 9";
const AVAILABLE: readonly Row[] = [
  { title: "every member of the newest view is here", with: [`0 ${OLD}`, `1 ${OLD}`, `2 ${OLD}`], leads: "012" },
  { title: "an absent member may hold more", with: [`0 ${OLD} active`, `1 ${OLD}`], leads: "no" },
  { title: "the absent member is gone", with: [`0 ${OLD} active`, `1 ${OLD}`], gone: "2", leads: "01" },
  {
    title: "nobody here is active, so an absent member may have led on",
    with: [`0 ${OLD}`, `1 ${OLD}`],
    gone: "2",
    leads: "no",
  },
  {
    title: "alone: both others are gone, also by the longer bound",
    with: [`0 ${OLD} active`],
    gone: "12",
    soleGone: "12",
    leads: "0",
  },
  {
    title: "alone: silent, but not for as long as going alone takes",
    with: [`0 ${OLD} active`],
    gone: "12",
    soleGone: "1",
    leads: "no",
  },
  { title: "it lacks the newest view", with: [`0 ${OLD} active`, "1 2.1.0@10 12 12 active"], gone: "2", leads: "no" },
  { title: "another store is not the member", with: [`0 ${OLD} active`, `1' ${OLD}`], gone: "2", leads: "no" },
  {
    title: "a member that leaves supports, and is not in the next view",
    with: [`0 ${OLD} active`, `1 ${OLD} leaving`, `2 ${OLD}`],
    leads: "02",
  },
  {
    title: "a candidate that leaves stays: it leads to exit last",
    with: [`0 ${OLD} active leaving`, `1 ${OLD}`, `2 ${OLD}`],
    leads: "012",
  },
  {
    title: "it lacks the newest view, whose only member is here",
    with: [`0 ${OLD} active`, "1 2.1.0@10 1 12"],
    leads: "no",
  },
  { title: "all logs are empty", with: ["0 - - 0", "1 - - 0", "2 - - 0"], leads: "no" },
];
const POLICY: readonly Row[] = [
  { title: "any: the absent are named as fork risk", with: [`0 ${OLD}`], policyDue: true, leads: "0", risk: "12" },
  { title: "any, before its time", with: [`0 ${OLD}`], leads: "no" },
  { title: "wait", with: [`0 ${OLD}`], policyDue: true, identity: { recovery: "wait" }, leads: "no" },
  {
    title: "majority: one of three",
    with: [`0 ${OLD}`],
    policyDue: true,
    identity: { recovery: "majority" },
    leads: "no",
  },
  {
    title: "majority: two of three",
    with: [`0 ${OLD}`, `1 ${OLD}`],
    policyDue: true,
    identity: { recovery: "majority" },
    leads: "01",
    risk: "2",
  },
  { title: "a better placed replica is here", with: [`0 ${OLD}`, "1 1.0.0@1 012 10"], policyDue: true, leads: "no" },
  { title: "in the middle of a roll-back", with: [`0 ${OLD} rolls-back`], policyDue: true, leads: "no" },
  {
    title: "the newest view does not name it: it joins that view",
    with: ["0 2.1.0@10 12 12"],
    policyDue: true,
    leads: "0",
    risk: "12",
  },
  {
    title: "strict has no policy",
    with: [`0 ${OLD}`],
    policyDue: true,
    identity: { consistency: "strict" },
    leads: "no",
  },
];
const STRICT: readonly Row[] = [
  { title: "a majority that kept its disks", with: [`0 ${OLD}`, `1 ${OLD}`], leads: "01" },
  {
    title: "one of three, though both others are gone",
    with: [`0 ${OLD} active`],
    gone: "12",
    soleGone: "12",
    leads: "no",
  },
  { title: "a wiped disk has no vote", with: [`0 ${OLD}`, `1' ${OLD} new`], leads: "no" },
  {
    title: "all of the newest view are here, though below a majority",
    with: ["0 1.0.0@1 0 9 new", "1 - - 0 new"],
    leads: "0",
  },
  { title: "it lacks the newest view", with: [`0 ${OLD}`, "1 2.1.0@10 12 12"], leads: "no" },
];

const run = (row: Row, consistency: Identity["consistency"]) => {
  const supporters = row.with.map(supporter);
  return mayLead(supporters[0]!, supporters, {
    identity: identityOf(0, { consistency, ...row.identity }),
    gone: (member, _view, sole) => ((sole ? row.soleGone : row.gone) ?? "").includes(String(member.replicaId)),
    policyDue: row.policyDue ?? false,
  });
};

describe.each([
  ["available", AVAILABLE, "available"],
  ["recovery by policy", POLICY, "available"],
  ["strict", STRICT, "strict"],
] as const)("%s", (_name, rows, consistency) => {
  test.each(rows.map((row) => [row.title, row] as const))("%s", (_title, row) => {
    const verdict = run(row, consistency);
    if (row.leads === "no") return expect(verdict.lead).toBe(false);
    const forkRisk = row.risk === undefined ? null : row.risk.split("").map(Number);
    expect(verdict).toEqual({ lead: true, members: members(row.leads), forkRisk });
  });
});

test("a refusal names the newest view and who is missing of it", () => {
  const verdict = run({ title: "", with: [`0 ${OLD}`, "1 2.1.0@10 12 12"], leads: "no" }, "available");
  expect(verdict).toEqual({ lead: false, newest: view("2.1.0@10 12"), missing: [2] });
});
