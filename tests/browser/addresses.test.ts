/**
 * Every kind of address that the options accept, over http and over https, in real browsers: register, log in, send,
 * see live, and move when the replica dies. All addresses that one cluster serves are tried on it at the same time, in
 * both browsers, and its replica 0 dies once for all of them. Each row is a test that says which of its steps failed.
 *
 * Two clusters, two browsers and a death for each kind of address take minutes of processor time. So, unless SOAK=1 asks
 * for all combinations, each kind is served by http or by https in turn, and each way is tried in one browser in turn.
 */
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { OPTION_NAMES, OPTIONS } from "../../src/cli/options.ts";
import { chromiumTab, TabPerson, type Tab } from "./browser-tab.ts";
import { each } from "../../harness/each.ts";
import { Cluster, waitFor } from "../../harness/cluster.ts";
import { Firefox, FIREFOX } from "./firefox.ts";
import { freePorts } from "../../harness/free-ports.ts";
import { FrontProxy, HAPROXY, NGINX } from "../../harness/front-proxies.ts";
import { SOAK } from "../../harness/load-cluster.ts";
import { SecondHost, TestAuthority } from "../../harness/second-host.ts";
import { WebPerson } from "../../harness/web-person.ts";
import { CHROMIUM, HOOK_MS, openBrowser, STORY_MS } from "./stage.ts";

const host = SecondHost.open();
const [LAN, OTHER_LAN] = host.addresses;
const NAME = hostname().toLowerCase();
const CI = process.env["CI"] === "true";
/** Clusters that are tried at the same time. Each one mostly waits for leaders, and for deaths to be noticed. */
const AT_ONCE = 2;

/** The URL of a page, from the ports of replica 0's page, of the front, and of proxies. */
type Opened = (ports: Ports) => string;
interface Ports {
  readonly web: number;
  readonly front: number;
  readonly proxies: readonly [number, number];
}

interface Way {
  readonly at: Opened;
  /** The page stays at its address, because another replica answers there. */
  readonly stays?: boolean;
  /** Somebody who has no conversation, and so sees the start page only, moves as well. */
  readonly newcomer?: boolean;
  /** The sentence that the page shows if it cannot work over http. */
  readonly refused?: string;
}

interface Served {
  readonly scheme: "http" | "https";
  /** Host of --web of each of the two replicas. */
  readonly web: readonly [string, string];
  /** Options by which the ways of this cluster are made. */
  readonly options: readonly string[];
  readonly front?: string;
  readonly proxy?: {
    readonly program: string;
    readonly start: (replicas: readonly string[], ports: Ports) => Promise<FrontProxy>;
  };
  /** Name of each way of being addressed, and the host and port that are opened. */
  readonly ways: Readonly<Record<string, Way>>;
}

const web =
  (name: string): Opened =>
  ({ web: port }) =>
    `${name}:${port}`;
const TLS = ["tls-cert", "tls-key"];
/** Items of a list that is gone through again and again. */
function* inTurn<T>(list: readonly T[]): Generator<T, never> {
  for (;;) yield* list;
}

const schemes = inTurn(["http", "https"] as const);
/** A kind of address, served by http and by https. */
const served = (kind: Omit<Served, "scheme">): Served[] => {
  const all: readonly Served[] = [
    { ...kind, scheme: "http", options: [...kind.options, "allow-plaintext"] },
    { ...kind, scheme: "https", options: [...kind.options, ...TLS] },
  ];
  const chosen = schemes.next().value;
  return all.filter(({ scheme }) => SOAK || scheme === chosen);
};

let authority: TestAuthority;
let files: { readonly cert: string; readonly key: string };

const SERVED: readonly Served[] = [
  ...served({
    web: ["localhost", "localhost"],
    front: "localhost",
    options: ["web", "front"],
    ways: {
      localhost: { at: web("localhost") },
      "127.0.0.1": { at: web("127.0.0.1") },
      "a name with a trailing dot": { at: web("localhost.") },
      "a name below localhost": { at: web("chat.localhost") },
      "the front": { at: ({ front }) => `localhost:${front}`, stays: true },
    },
  }),
  ...served({
    web: ["127.0.0.2", "127.0.0.2"],
    options: ["web"],
    ways: { "another loopback address": { at: web("127.0.0.2") } },
  }),
  ...served({ web: ["[::1]", "[::1]"], options: ["web"], ways: { IPv6: { at: web("[::1]"), newcomer: true } } }),
  ...served({
    web: [NAME, NAME],
    options: ["web"],
    ways: { "a name": { at: web(NAME) }, "another name than the announced one": { at: web("127.0.0.1") } },
  }),
  ...served({
    web: [LAN, OTHER_LAN],
    front: LAN,
    options: ["web", "front"],
    ways: {
      "an address that others reach, to another host": { at: web(LAN) },
      "the front of a host that dies": { at: ({ front }) => `${LAN}:${front}` },
    },
  }),
  ...served({
    web: ["0.0.0.0", OTHER_LAN],
    options: ["web"],
    ways: { "the number of a host that announces its name, to another host": { at: web(LAN) } },
  }),
  {
    scheme: "https",
    web: ["localhost", "localhost"],
    options: ["behind-proxy"],
    proxy: {
      program: NGINX,
      start: (replicas, { proxies: [port, plainPort] }) =>
        FrontProxy.nginx({ address: LAN, files, replicas, port, plainPort }),
    },
    ways: {
      "behind nginx": { at: ({ proxies }) => `${LAN}:${proxies[0]}`, stays: true },
      "behind nginx without TLS, which does not say so": {
        at: ({ proxies }) => `${LAN}:${proxies[1]}`,
        refused: "This page is served over https only.",
      },
    },
  },
  {
    scheme: "https",
    web: ["localhost", "localhost"],
    options: ["behind-proxy"],
    proxy: {
      program: HAPROXY,
      start: (replicas, { proxies }) => FrontProxy.haproxy({ address: LAN, files, replicas, ports: proxies }),
    },
    ways: {
      "behind HAProxy with its plain check": { at: ({ proxies }) => `${LAN}:${proxies[0]}`, stays: true },
      "behind HAProxy with a check of /healthz": { at: ({ proxies }) => `${LAN}:${proxies[1]}`, stays: true },
    },
  },
];

/** A replica without a leader answers 503; on a busy machine the first one takes a while. */
const START_MS = 30_000;
const STEPS = ["register", "log in", "send", "live", "move", "live there"] as const;
type Results = Partial<Record<(typeof STEPS)[number], string>>;

interface BrowserUnderTest {
  readonly name: string;
  readonly program: string;
  readonly tab: () => Promise<Tab>;
}

let chromium: Browser | null = null;
let firefox: Firefox | null = null;
const BROWSERS: readonly BrowserUnderTest[] = [
  { name: "Chromium", program: CHROMIUM, tab: () => chromiumTab(chromium!) },
  { name: "Firefox", program: FIREFOX, tab: () => firefox!.tab() },
];
const isThere = (program: string): boolean => existsSync(program);
/** Skips the rows of a missing program. In CI the runner installs it, and a missing one fails its rows. */
const isLeftOut = (program: string): boolean => !isThere(program) && !CI;
const isOut = (served: Served): boolean => served.proxy !== undefined && isLeftOut(served.proxy.program);
/** The results of each row. */
const outcomes = new Map<Served, Map<string, Results>>();

beforeAll(async () => {
  authority = new TestAuthority();
  const names = ["localhost", "*.localhost", "127.0.0.1", "127.0.0.2", "::1", LAN, OTHER_LAN, NAME];
  files = authority.issue("all", names);
  [chromium, firefox] = await Promise.all([
    // A switch of the browser and not of a context, because the page's worker connects too.
    isThere(CHROMIUM) ? openBrowser(false, ["--ignore-certificate-errors"]) : null,
    isThere(FIREFOX) ? Firefox.launch() : null,
  ]);
  const left = SERVED.filter((served) => !isOut(served));
  await each(left.length, AT_ONCE, async (i) => {
    const served = left[i]!;
    outcomes.set(served, await tryAll(served).catch((error: unknown) => failAll(served, String(error))));
  });
  // The hook tries all rows. If it took too long, Bun would end everything that the tests started, even the browsers.
}, STORY_MS);
afterAll(async () => {
  await Promise.all([chromium?.close(), firefox?.close()]);
  authority[Symbol.dispose]();
  host.close();
}, HOOK_MS);

/** A running cluster of two replicas, served in one of the ways. */
class Place {
  readonly cluster: Cluster;
  readonly ports: Ports;
  readonly proxy: FrontProxy | null;
  readonly origins: readonly [string, string];

  private constructor(cluster: Cluster, ports: Ports, proxy: FrontProxy | null, origins: readonly [string, string]) {
    this.cluster = cluster;
    this.ports = ports;
    this.proxy = proxy;
    this.origins = origins;
  }

  static async open(served: Served): Promise<Place> {
    const [first, second, front, ...more] = (await freePorts(5)) as [number, number, number, number, number];
    const ports: Ports = { web: first, front, proxies: more };
    const own = [`${served.web[0]}:${first}`, `${served.web[1]}:${second}`] as const;
    const cluster = await Cluster.create({ replicas: 2 });
    const { cert, key } = served.options.includes("tls-cert") ? files : { cert: "", key: "" };
    const words = [
      "--rate-limit=off",
      ...(cert === "" ? [] : [`--tls-cert=${cert}`, `--tls-key=${key}`]),
      ...["allow-plaintext", "behind-proxy"].filter((name) => served.options.includes(name)).map((name) => `--${name}`),
    ];
    const scheme = cert === "" ? "http" : "https";
    const reached = served.web.map((name) => (name === "0.0.0.0" ? LAN : name));
    const origins = [`${scheme}://${reached[0]}:${first}`, `${scheme}://${reached[1]}:${second}`] as const;
    try {
      for (const id of cluster.ids) {
        const rest = cluster.words(id).filter((word) => !/^--(?:web|front)=/.test(word));
        // Two hosts have one front each. Here only the first one has a front, which dies with its host.
        const hasFront = served.front !== undefined && (id === 0 || served.web[0] === served.web[1]);
        const at = hasFront ? `${served.front}:${front}` : "off";
        cluster.spawn(id, [...rest, `--web=${own[id]}`, `--front=${at}`, ...words]);
        await waitFor(
          `replica ${id} at ${origins[id]}: ${cluster.log(id).slice(-300)}`,
          async () => {
            const answer = await fetch(`${origins[id]!}/healthz`, { tls: { rejectUnauthorized: false } }).catch(
              () => null,
            );
            return answer?.status === 200;
          },
          START_MS,
        );
      }
      const proxy = (await served.proxy?.start(own, ports)) ?? null;
      return new Place(cluster, ports, proxy, origins);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.proxy?.stop();
    await this.cluster.stop();
  }
}

/** Runs one step after another until one fails, and records the result of each. */
async function steps(results: Results, list: readonly [(typeof STEPS)[number], () => Promise<void>][]): Promise<void> {
  for (const [step, run] of list) {
    try {
      await run();
      results[step] = "ok";
    } catch (error) {
      results[step] = error instanceof Error ? error.message : String(error);
      return;
    }
  }
}

/** One row: a person in one browser at one address. */
interface Row {
  readonly key: string;
  readonly way: string;
  readonly browser: BrowserUnderTest;
}

const turns = inTurn(BROWSERS);
const ROWS = new Map<Served, readonly Row[]>(
  SERVED.map((served) => [
    served,
    Object.keys(served.ways).flatMap((way) =>
      (SOAK ? BROWSERS : [turns.next().value]).map((browser) => ({ key: `${way} ${browser.name}`, way, browser })),
    ),
  ]),
);
const rowsOf = (served: Served): readonly Row[] => ROWS.get(served)!;

/** Tries everything on one cluster. */
async function tryAll(served: Served): Promise<Map<string, Results>> {
  const rows = rowsOf(served).filter(({ browser }) => isThere(browser.program));
  const results = new Map<string, Results>(rows.map(({ key }) => [key, {}]));
  const place = await Place.open(served);
  const survivor = place.origins[1];
  const pat = new WebPerson("pat", await Bun.file(authority.ca).text());
  const people = new Map<string, { person: TabPerson; conversation: string; newcomer: TabPerson | null }>();
  // Behind a proxy, the survivor's own port accepts a log-in only with the headers of the proxy.
  const headers: Record<string, string> = served.proxy === undefined ? {} : { "x-forwarded-proto": "https" };
  // Repeats with one id until it is acknowledged, because on a busy machine there may be no leader for a moment.
  const says = async (to: TabPerson, body: string): Promise<void> => {
    const form = { name: to.name, body, id: crypto.randomUUID() };
    const isTaken = () =>
      pat.json(survivor, "/to", { form, headers }).then(
        () => true,
        () => false,
      );
    await waitFor("the other replica to take a message", isTaken, START_MS);
  };
  try {
    await pat.register(survivor);
    await Promise.all(
      rows.map(async ({ key, way, browser }, i) => {
        const { at, refused } = served.ways[way]!;
        const opened = `${refused === undefined ? served.scheme : "http"}://${at(place.ports)}`;
        const person = new TabPerson(`p${i}`, await browser.tab());
        const isNewcomer = served.ways[way]!.newcomer === true;
        const newcomer = isNewcomer ? new TabPerson(`n${i}`, await browser.tab()) : null;
        people.set(key, { person, conversation: opened, newcomer });
        if (refused !== undefined)
          return await steps(results.get(key)!, [["register", () => person.isRefused(opened, refused)]]);
        await steps(results.get(key)!, [
          ["register", () => Promise.all([person.register(opened), newcomer?.register(opened)]).then(() => undefined)],
          ["log in", () => person.logInAgain()],
          ["send", () => person.writeTo("pat", "hello")],
          [
            "live",
            async () => {
              await says(person, "seen live");
              await person.sees("seen live");
            },
          ],
        ]);
      }),
    );
    await place.cluster.kill(0);
    await Promise.all(
      rows.map(async ({ key, way }) => {
        const result = results.get(key)!;
        const { person, conversation: opened, newcomer } = people.get(key)!;
        if (result.live !== "ok") return;
        const moves = (one: TabPerson): Promise<void> =>
          one.until(
            "another replica",
            `location.origin !== ${JSON.stringify(new URL(opened).origin)} && document.body.dataset.me`,
          );
        await steps(result, [
          [
            "move",
            async () => {
              if (served.ways[way]!.stays === true) return;
              await moves(person);
              if (newcomer === null) return;
              await moves(newcomer);
              // Not only there, but alive: somebody can begin there.
              await newcomer.writeTo("pat", "hello from the start page");
            },
          ],
          [
            "live there",
            async () => {
              await says(person, "after the kill");
              await person.sees("after the kill");
            },
          ],
        ]);
      }),
    );
  } finally {
    const tabs = [...people.values()].flatMap(({ person, newcomer }) => [person.tab, newcomer?.tab ?? []].flat());
    await Promise.all(tabs.map((tab) => tab.close().catch(() => undefined)));
    await place.close();
  }
  return results;
}

/** Nothing could be tried. */
const failAll = (served: Served, why: string): Map<string, Results> =>
  new Map(rowsOf(served).map(({ key }) => [key, { register: why }]));

const ALL_OK = Object.fromEntries(STEPS.map((step) => [step, "ok"]));

describe.each(SERVED.map((served) => [`${served.web.join(" and ")} by ${served.options.join(", ")}`, served] as const))(
  "%s",
  (_name, served) => {
    for (const { key, way, browser } of rowsOf(served))
      test.skipIf(isOut(served) || isLeftOut(browser.program))(`${way}, ${served.scheme}, ${browser.name}`, () =>
        expect(outcomes.get(served)?.get(key)).toEqual(
          served.ways[way]!.refused === undefined ? ALL_OK : { register: "ok" },
        ),
      );
  },
);

test("every option that says where or how the page is served has its rows", () => {
  const tried = new Set(SERVED.flatMap(({ options }) => options));
  const about = OPTION_NAMES.filter((name) => {
    const { placeholder, text, commands } = OPTIONS[name];
    const serves = (commands as readonly string[]).includes("replica");
    return serves && (/HOST:PORT/.test(placeholder ?? "") || /\b(?:page|proxy|http)\b/.test(text));
  });
  // Replicas and programs use these addresses; no browser does.
  expect(about.filter((name) => !tried.has(name))).toEqual(["grpc", "peers"]);
});
