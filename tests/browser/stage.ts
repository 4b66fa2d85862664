/**
 * The base of every file of stories: one browser, a cluster of the built binary, and people who exist for one story.
 * Files that ask for nothing special share both if they run in one process (keep-open.ts). Without Debian's Chromium the
 * stories are skipped in one line; with CI=true a missing browser is a failure.
 *
 *     stories("it lives", {}, (stage) => {
 *       story("two write", async () => {
 *         const [ann, bob] = await stage.pair("first");
 */
import { existsSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { chromium, type Browser, type BrowserContextOptions } from "playwright-core";
import { Cluster } from "../../harness/cluster.ts";
import { SOAK } from "../../harness/load-cluster.ts";
import { eventually, Visitor } from "./visitor.ts";

export const CHROMIUM = "/usr/bin/chromium";
/** The same browser without windows and desktop services, in which a story takes half the processor time. */
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

/** With this switch the browser would never reload its own error pages by itself, as it does for people. */
const UNLIKE_PEOPLE = ["--enable-automation"];

/** The timeout of a hook. */
export const HOOK_MS = 90_000;
/** The timeout of a story: in some, whole clusters die and come back, and the machine may be busy. */
export const STORY_MS = 240_000;

export interface StageOptions {
  /** Starts a cluster for this file alone, whose stories count people, or are told by the first one who came. */
  readonly clusterPerFile?: boolean;
  /** Starts a new cluster for each story, for stories that would see earlier ones. Dead replicas always restart. */
  readonly clusterPerStory?: boolean;
  /** See ClusterOptions. */
  readonly cuttable?: boolean;
  /** Uses the whole Chromium, because only that reloads its own error pages. */
  readonly wholeBrowser?: boolean;
  readonly words?: readonly string[];
}

/** Starts Debian's Chromium: the whole browser, or its headless shell if that is installed and `whole` is false. */
export async function openBrowser(whole: boolean, more: readonly string[] = []): Promise<Browser> {
  return await chromium.launch({
    executablePath: whole || !existsSync(HEADLESS_SHELL) ? CHROMIUM : HEADLESS_SHELL,
    args: [...QUIET, ...more],
    ignoreDefaultArgs: UNLIKE_PEOPLE,
  });
}

/** Starts three replicas with a front port, and waits until they are in step. */
export async function startCluster(options: StageOptions = {}): Promise<Cluster> {
  const { cuttable = false, words = [] } = options;
  const cluster = await Cluster.create({ cuttable, words, front: true });
  await cluster.startAll();
  return cluster;
}

/** What the files of a process share. */
let sharedBrowser: Browser | null = null;
let sharedCluster: Cluster | null = null;
let isKeptOpen = false;
/** Files and stories that have begun in this process. */
let rounds = 0;

/** What files share stays open when they end, until `closeShared`. */
export function keepSharedOpen(): void {
  isKeptOpen = true;
}

export async function closeShared(): Promise<void> {
  await Promise.all([sharedBrowser?.close(), sharedCluster?.stop()]);
  sharedBrowser = sharedCluster = null;
}

/** The browser, the cluster and the people of a file. */
export class Stage {
  readonly #options: StageOptions;
  readonly #sharesCluster: boolean;
  #browser: Browser | null = null;
  #cluster: Cluster | null = null;
  #guests: Visitor[] = [];
  readonly #residents: Visitor[] = [];
  #inStory = false;

  constructor(options: StageOptions) {
    this.#options = options;
    const { cuttable, clusterPerFile, clusterPerStory, words } = options;
    this.#sharesCluster = [cuttable, clusterPerFile, clusterPerStory, words].every((one) => one === undefined);
  }

  get cluster(): Cluster {
    if (this.#cluster === null) throw new Error("there is a cluster only within a story and its hooks");
    return this.#cluster;
  }

  /** A name that no person in another story has, also not in another file that shares the cluster, and none begins with. */
  nameOf(name: string): string {
    return this.#options.clusterPerStory === true ? name : `${name}${String(rounds).padStart(3, "0")}`;
  }

  /** A person with a browser profile of their own, until the story ends; if opened before a story, for all stories. */
  async open(name: string, options: BrowserContextOptions = {}): Promise<Visitor> {
    if (this.#browser === null) throw new Error("there is a browser only within a story and its hooks");
    const visitor = await Visitor.open(this.#browser, name, options);
    (this.#inStory ? this.#guests : this.#residents).push(visitor);
    return visitor;
  }

  /** A new person, registered at a replica. */
  async arrive(name: string, replica: number): Promise<Visitor> {
    const visitor = await this.open(name);
    await visitor.register(this.cluster.web(replica));
    return visitor;
  }

  /** ann at replica 0 and bob at another one, both in their conversation, which begins with ann's message `first`. */
  async pair(first: string, bobAt = 2): Promise<[Visitor, Visitor]> {
    const [ann, bob] = await Promise.all([this.open(this.nameOf("ann")), this.open(this.nameOf("bob"))]);
    await Promise.all([ann.join(this.cluster.web(0)), bob.join(this.cluster.web(bobAt))]);
    const path = await ann.send(this.cluster.web(0), bob.name, first);
    await eventually(async () => (await bob.context.request.get(this.cluster.web(bobAt) + path)).ok());
    await Promise.all([ann.page.goto(this.cluster.web(0) + path), bob.page.goto(this.cluster.web(bobAt) + path)]);
    return [ann, bob];
  }

  async begin(): Promise<void> {
    rounds += 1;
    const { wholeBrowser, clusterPerStory } = this.#options;
    this.#browser = wholeBrowser === true ? await openBrowser(true) : (sharedBrowser ??= await openBrowser(false));
    if (this.#sharesCluster) this.#cluster = sharedCluster ??= await startCluster();
    else if (clusterPerStory !== true) this.#cluster = await startCluster(this.#options);
  }

  async beginStory(): Promise<void> {
    rounds += 1;
    this.#inStory = true;
    if (this.#options.clusterPerStory === true) this.#cluster = await startCluster(this.#options);
    // An earlier story may have killed replicas without restarting all of them.
    else if (this.cluster.running().length < this.cluster.ids.length) await this.cluster.startMissing();
  }

  /** Ends the story. Returns what its pages complained about. */
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
    await Promise.all(this.#residents.map((one) => one.close()));
    if (this.#browser !== sharedBrowser) await this.#browser?.close();
    if (this.#cluster !== sharedCluster) await this.#cluster?.stop();
    if (!isKeptOpen) await closeShared();
  }
}

/** A group of stories, which is skipped as a whole if there is no browser. A page that complains fails its story. */
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

/** One story, with the timeout that browsers need. */
export function story(what: string, tell: () => Promise<void>): void {
  test(what, tell, STORY_MS);
}

/** A story with SOAK=1 only, because others tell the same at another place of the page. */
export function soakStory(what: string, tell: () => Promise<void>): void {
  if (SOAK) story(what, tell);
}
