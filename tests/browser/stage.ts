/**
 * What every file of stories stands on: one browser, a cluster of the built binary, and people who
 * come for a story and are gone after it. Without Debian's Chromium the stories are skipped in one
 * line; with CI=true a missing browser is a failure.
 *
 *     stories("it lives", {}, (stage) => {
 *       story("two write", async () => {
 *         const [ann, bob] = await stage.pair("first");
 */
import { existsSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { chromium, type Browser, type BrowserContextOptions } from "playwright-core";
import { Cluster } from "../../harness/cluster.ts";
import { eventually, Visitor } from "./visitor.ts";

export const CHROMIUM = "/usr/bin/chromium";
/** The same browser without its windows and desktop services: a story costs half as much processor time in it. */
const HEADLESS_SHELL = "/usr/bin/chromium-headless-shell";
const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** With it, an error page of the browser's own is never reloaded by itself, as it is for people. */
const UNLIKE_PEOPLE = ["--enable-automation"];

/** Patience of a hook. */
export const HOOK_MS = 90_000;
/** Patience of a story: whole clusters die and come back in some, and the machine may be busy. */
export const STORY_MS = 240_000;

export interface StageOptions {
  /** A new cluster for each story, where what earlier stories did to it would be seen; the dead are started in any case. */
  readonly clusterPerStory?: boolean;
  /** See ClusterOptions. */
  readonly cuttable?: boolean;
  /** The whole Chromium, because the story needs what only that has: it reloads its own error pages. */
  readonly wholeBrowser?: boolean;
  readonly words?: readonly string[];
}

/** Debian's Chromium; `whole` or its headless shell, where that is installed. */
export async function openBrowser(whole: boolean, more: readonly string[] = []): Promise<Browser> {
  return await chromium.launch({
    executablePath: whole || !existsSync(HEADLESS_SHELL) ? CHROMIUM : HEADLESS_SHELL,
    args: [...QUIET, ...more],
    ignoreDefaultArgs: UNLIKE_PEOPLE,
  });
}

/** Three replicas in step, with their front port. */
export async function startCluster(options: StageOptions = {}): Promise<Cluster> {
  const { cuttable = false, words = [] } = options;
  const cluster = await Cluster.create({ cuttable, words, front: true });
  await cluster.startAll();
  return cluster;
}

/** The browser, the cluster and the people of a file. */
export class Stage {
  readonly #options: StageOptions;
  #browser: Browser | null = null;
  #cluster: Cluster | null = null;
  #guests: Visitor[] = [];
  readonly #residents: Visitor[] = [];
  #round = 0;
  #inStory = false;

  constructor(options: StageOptions) {
    this.#options = options;
  }

  get cluster(): Cluster {
    if (this.#cluster === null) throw new Error("there is a cluster only within a story and its hooks");
    return this.#cluster;
  }

  /** A name that nobody of another story has. */
  nameOf(name: string): string {
    return this.#options.clusterPerStory === true ? name : `${name}${this.#round}`;
  }

  /** Somebody with a browser profile of her own, until the story ends; opened before a story, she stays for all. */
  async open(name: string, options: BrowserContextOptions = {}): Promise<Visitor> {
    if (this.#browser === null) throw new Error("there is a browser only within a story and its hooks");
    const visitor = await Visitor.open(this.#browser, name, options);
    (this.#inStory ? this.#guests : this.#residents).push(visitor);
    return visitor;
  }

  /** Somebody new, registered at a replica. */
  async arrive(name: string, replica: number): Promise<Visitor> {
    const visitor = await this.open(name);
    await visitor.register(this.cluster.web(replica));
    return visitor;
  }

  /** ann at replica 0 and bob at another, both in their conversation, which begins with ann's words. */
  async pair(first: string, bobAt = 2): Promise<[Visitor, Visitor]> {
    const [ann, bob] = await Promise.all([this.open(this.nameOf("ann")), this.open(this.nameOf("bob"))]);
    await Promise.all([ann.join(this.cluster.web(0)), bob.join(this.cluster.web(bobAt))]);
    const path = await ann.send(this.cluster.web(0), bob.name, first);
    await eventually(async () => (await bob.context.request.get(this.cluster.web(bobAt) + path)).ok());
    await Promise.all([ann.page.goto(this.cluster.web(0) + path), bob.page.goto(this.cluster.web(bobAt) + path)]);
    return [ann, bob];
  }

  async begin(): Promise<void> {
    this.#browser = await openBrowser(this.#options.wholeBrowser === true);
    if (this.#options.clusterPerStory !== true) this.#cluster = await startCluster(this.#options);
  }

  async beginStory(): Promise<void> {
    this.#round += 1;
    this.#inStory = true;
    if (this.#options.clusterPerStory === true) this.#cluster = await startCluster(this.#options);
    // A story before this one has killed some, and what it ends with are not always all.
    else if (this.cluster.running().length < this.cluster.ids.length) await this.cluster.startMissing();
  }

  /** What the pages complained about since the last story. */
  async endStory(): Promise<string[]> {
    this.#inStory = false;
    const guests = this.#guests;
    this.#guests = [];
    const complaints = [...guests, ...this.#residents].flatMap((one) => one.complaints.splice(0));
    await Promise.all(guests.map((one) => one.close()));
    if (this.#options.clusterPerStory === true) await this.#cluster?.stop();
    return complaints;
  }

  async end(): Promise<void> {
    await this.#browser?.close();
    await this.#cluster?.stop();
  }
}

/** A group of stories; skipped as a whole where there is no browser. A page that complains fails its story. */
export function stories(name: string, options: StageOptions, body: (stage: Stage) => void): void {
  const missing = !existsSync(CHROMIUM) && process.env.CI !== "true";
  if (missing) process.stderr.write(`${name}: skipped, ${CHROMIUM} is missing\n`);
  describe.skipIf(missing)(name, () => {
    const stage = new Stage(options);
    beforeAll(() => stage.begin(), HOOK_MS);
    beforeEach(() => stage.beginStory(), HOOK_MS);
    afterEach(async () => {
      expect(await stage.endStory()).toEqual([]);
    }, HOOK_MS);
    afterAll(() => stage.end(), HOOK_MS);
    body(stage);
  });
}

/** One story, with the patience that browsers need. */
export function story(what: string, tell: () => Promise<void>): void {
  test(what, tell, STORY_MS);
}
